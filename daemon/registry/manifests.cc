#include "daemon/registry/manifests.h"

#include <memory>
#include <utility>

#include "daemon/registry/tag_origin.h"

namespace larder::registry {

namespace {

DocumentAnswer answer_of(const cache::Digest& digest, cache::Document document,
                         CacheStatus status) {
  const std::uint64_t size = document.bytes.size();
  return {digest, std::move(document.media_type), size, std::move(document.bytes), status};
}

cache::TagName name_of(const Target& target, const std::string& tag) {
  return {target.upstream->name(), target.repository, tag};
}

}  // namespace

Manifests::Manifests(ManifestsOptions options, NamedDocuments& tags, cache::Store& store,
                     const Clock& clock)
    : options_(options), tags_(tags), store_(store), clock_(clock) {}

Result<DocumentAnswer> Manifests::get(const Target& target, const std::string& reference,
                                      bool want_bytes) {
  if (reference.find(':') != std::string::npos) {
    const auto digest = cache::Digest::parse(reference);
    if (!digest.ok()) return digest.error();
    return by_digest(target, *digest);
  }
  if (!is_tag(reference)) return Error{Errc::not_found, "not a valid tag"};
  return tags_.get(name_of(target, reference), std::make_shared<TagOrigin>(target, reference),
                   want_bytes, clock_.now() + options_.deadline);
}

Result<Refreshed> Manifests::refresh(const Target& target, const std::string& tag) {
  return tags_.refresh(name_of(target, tag), std::make_shared<TagOrigin>(target, tag),
                       clock_.now() + options_.deadline);
}

Result<DocumentAnswer> Manifests::by_digest(const Target& target, const cache::Digest& digest) {
  if (auto document = find_named_document(store_, digest)) {
    return answer_of(digest, *std::move(document), CacheStatus::hit);
  }
  if (options_.offline) return Error{Errc::not_found, "not cached, and Larder is offline"};
  const std::string key = target.upstream->name() + "/" + target.repository + "@" + digest.str();
  if (const auto negative = negatives_.find(key, clock_.now())) return *negative;
  const MonoTime deadline = clock_.now() + options_.deadline;
  auto fetched = fetches_.run(key, deadline, [&] { return fetch(target, digest, deadline); });
  if (!fetched.result.ok()) {
    negatives_.note(key, fetched.result.error(), clock_.now());
    return fetched.result.error();
  }
  return answer_of(digest, std::move(fetched.result)->document,
                   fetched.joined ? CacheStatus::joined : CacheStatus::fetched);
}

Result<upstream::FetchedManifest> Manifests::fetch(const Target& target,
                                                   const cache::Digest& digest, MonoTime deadline) {
  auto manifest = target.upstream->get_manifest(target.repository, digest.str(), {deadline});
  if (!manifest.ok()) return manifest;
  Status kept = store_.put_document(digest, manifest->document);
  if (!kept.ok()) return kept.error();
  return manifest;
}

}  // namespace larder::registry
