#include "daemon/registry/tag_lists.h"

#include <memory>
#include <span>
#include <utility>

#include "cache/hasher.h"
#include "daemon/http/query.h"
#include "daemon/registry/replies.h"
#include "daemon/registry/tags_document.h"
#include "daemon/registry/tags_query.h"

namespace larder::registry {

namespace {

using upstream::ListPage;
using upstream::TagList;

class TagsOrigin final : public Origin {
 public:
  TagsOrigin(Target target, ListPage page) : target_(std::move(target)), page_(std::move(page)) {}

  std::string asker() const override { return target_.asker(); }

  // Nobody can be asked for a list as it was.
  Result<upstream::FetchedManifest> fetch(const upstream::Ask& ask,
                                          const std::optional<cache::Digest>&) const override {
    const auto list = target_.upstream->list_tags(target_.repository, page_, target_.asking(ask));
    if (!list.ok()) return list.error();
    auto document = tags_document(*list);
    const auto digest =
        cache::digest_of(cache::DigestAlgorithm::sha256, std::as_bytes(std::span(document.bytes)));
    return upstream::FetchedManifest{digest, std::move(document)};
  }

  // Some registries make new tokens for each reading: their pages would never be found again.
  bool is_kept(const cache::Document&) const override { return page_.more.empty(); }

 private:
  const Target target_;
  const ListPage page_;
};

cache::TagName name_of(const Target& target, const ListPage& page) {
  const auto query = query_of(page);
  return {target.upstream->name(), target.repository, "?tags" + (query.empty() ? "" : "&" + query)};
}

http::Response reply(const http::Request& request, const RegistryPath& path, TagsAnswer answer,
                     CacheStatus status, const std::optional<std::chrono::seconds>& ttl = {}) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  if (answer.next) {
    const auto own_path = http::split_target(request.target).path;
    response.headers.add("Link", tags_link(own_path, *answer.next, path.ns));
  }
  add_common_headers(response, status, ttl);
  response.body = std::move(answer.body);
  return response;
}

TagsAnswer answer_of(const RegistryPath& path, TagList list) {
  return {tags_body(path.repository, list.tags), std::move(list.next)};
}

}  // namespace

TagLists::TagLists(ListsOptions options, NamedDocuments& documents, const cache::Store& store,
                   const Clock& clock)
    : options_(options), documents_(documents), store_(store), clock_(clock) {}

Result<http::Response> TagLists::answer(const http::Request& request, const RegistryPath& path,
                                        const Target& target) {
  const auto page = parse_tags_query(http::split_target(request.target).query);
  if (!page.ok()) {
    return error_reply(400, "PAGINATION_NUMBER_INVALID", page.error().context, CacheStatus::local);
  }
  if (page->n == 0u) return reply(request, path, answer_of(path, {}), CacheStatus::local);
  auto found = documents_.get(name_of(target, *page), std::make_shared<TagsOrigin>(target, *page),
                              /*want_bytes=*/true, clock_.now() + options_.deadline);
  if (found.ok()) {
    auto kept = tags_answer(*std::move(found->bytes), path.repository);
    if (!kept.ok()) return kept.error();
    return reply(request, path, *std::move(kept), found->status, found->ttl);
  }
  if (!is_unanswered(found.error())) return found.error();
  auto known = known_tags(target, *page);
  if (!known) return found.error();
  return reply(request, path, answer_of(path, *std::move(known)), CacheStatus::cached_tags);
}

// Upstream's own way of paging cannot be gone on with here.
std::optional<TagList> TagLists::known_tags(const Target& target, const ListPage& page) const {
  if (!page.more.empty()) return std::nullopt;
  const std::size_t count = page.n.value_or(kTagsPerPageMax);
  TagList list{store_.tags_of(target.upstream->name(), target.repository, page.last, count + 1),
               std::nullopt};
  if (list.tags.empty()) return std::nullopt;
  if (list.tags.size() > count) {
    list.tags.resize(count);
    list.next = ListPage{page.n.value_or(kTagsPerPageMax), list.tags.back(), ""};
  }
  return list;
}

bool TagLists::is_unanswered(const Error& error) const {
  return options_.offline || error.code == Errc::timeout || error.code == Errc::upstream_down;
}

}  // namespace larder::registry
