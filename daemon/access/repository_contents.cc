#include "daemon/access/repository_contents.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/registry/cached_document.h"
#include "daemon/registry/image_contents.h"

namespace larder::access {

namespace {

// A walk over all tags of the index: for what was cached before the last start.
constexpr std::chrono::seconds kAllTagsAgain{10};
constexpr std::size_t kTagsMax = 4096;

std::string key_of(const registry::Target& target) {
  return target.upstream->name() + "/" + target.repository;
}

// What the documents at `roots` refer to, and so on; those that are not in the cache stay unread.
struct Walk {
  const cache::Store& store;
  std::set<cache::Digest> found{};
  std::set<cache::Digest> unread{};

  void visit(std::vector<cache::Digest> roots) {
    while (!roots.empty() && found.size() < RepositoryContents::kDigestsMax) {
      const cache::Digest digest = roots.back();
      roots.pop_back();
      const auto document = registry::peek_named_document(store, digest);
      if (!document) {
        unread.insert(digest);
        continue;
      }
      const auto contents = registry::image_contents(*document);
      for (const auto& part : contents.parts) {
        const bool is_new = found.insert(part.digest).second;
        if (is_new && contents.kind == registry::ImageContents::Kind::index) {
          roots.push_back(part.digest);
        }
      }
    }
  }
};

}  // namespace

bool RepositoryContents::holds(const registry::Target& target, const cache::Digest& digest) {
  if (is_known(target, digest)) return true;
  read(target, take_unread(target));
  return is_known(target, digest);
}

void RepositoryContents::note(const registry::Target& target, const cache::Digest& digest) {
  add(target, {digest}, {digest});
}

void RepositoryContents::note_tag(const registry::Target& target, const std::string& tag) {
  MutexLock lock(mutex_);
  auto& tags = known(target).unread.tags;
  if (tags.size() < kTagsMax) tags.insert(tag);
}

bool RepositoryContents::is_known(const registry::Target& target, const cache::Digest& digest) {
  MutexLock lock(mutex_);
  return known(target).digests.count(digest) > 0;
}

// What a tag means is read once it was asked for; nobody serves it before.
RepositoryContents::Unread RepositoryContents::take_unread(const registry::Target& target) {
  MutexLock lock(mutex_);
  Known& repository = known(target);
  const MonoTime now = clock_.now();
  const bool was_read = repository.all_tags_read != MonoTime{};
  Unread unread = std::exchange(repository.unread, {});
  unread.all_tags = !was_read || now - repository.all_tags_read >= kAllTagsAgain;
  if (unread.all_tags) repository.all_tags_read = now;
  return unread;
}

void RepositoryContents::read(const registry::Target& target, Unread unread) {
  const std::string& upstream = target.upstream->name();
  if (unread.all_tags) {
    for (auto& tag : store_.tags_of(upstream, target.repository, "", kTagsMax)) {
      unread.tags.insert(std::move(tag));
    }
  }
  Walk walk{store_};
  std::vector<cache::Digest> roots(unread.documents.begin(), unread.documents.end());
  for (const auto& tag : unread.tags) {
    const auto record = store_.find_tag({upstream, target.repository, tag});
    if (record) roots.push_back(record->digest);
  }
  walk.found.insert(roots.begin(), roots.end());
  walk.visit(std::move(roots));
  add(target, walk.found, walk.unread);
}

void RepositoryContents::add(const registry::Target& target, const std::set<cache::Digest>& digests,
                             const std::set<cache::Digest>& unread) {
  MutexLock lock(mutex_);
  Known& repository = known(target);
  if (repository.digests.size() + digests.size() > kDigestsMax) repository.digests.clear();
  repository.digests.insert(digests.begin(), digests.end());
  auto& documents = repository.unread.documents;
  if (documents.size() + unread.size() > kDigestsMax) documents.clear();
  documents.insert(unread.begin(), unread.end());
}

RepositoryContents::Known& RepositoryContents::known(const registry::Target& target) {
  const std::string key = key_of(target);
  if (repositories_.size() >= kRepositoriesMax && repositories_.count(key) == 0) {
    repositories_.erase(std::min_element(
        repositories_.begin(), repositories_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }
  Known& repository = repositories_[key];
  repository.used = clock_.now();
  return repository;
}

}  // namespace larder::access
