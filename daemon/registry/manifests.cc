#include "daemon/registry/manifests.h"

#include <memory>
#include <utility>

#include "daemon/registry/cached_document.h"
#include "daemon/registry/refusals.h"
#include "daemon/registry/tag_origin.h"
#include "daemon/registry/tags_document.h"

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

// Of a question for a digest.
std::string key_of(const Target& target, const std::string& digest) {
  return target.asker() + target.upstream->name() + "/" + target.repository + "@" + digest;
}

}  // namespace

Manifests::Manifests(ManifestsOptions options, NamedDocuments& tags, cache::Store& store,
                     const Clock& clock)
    : options_(options), tags_(tags), store_(store), clock_(clock) {}

Result<DocumentAnswer> Manifests::get(const Target& target, const std::string& reference,
                                      bool want_bytes) {
  if (is_digest(reference)) {
    const auto digest = cache::Digest::parse(reference);
    if (!digest.ok()) return digest.error();
    return by_digest(target, *digest, upstream::Purpose::pull);
  }
  if (!is_tag(reference)) return Error{Errc::not_found, "not a valid tag"};
  return tags_.get(name_of(target, reference), std::make_shared<TagOrigin>(target, reference),
                   want_bytes, clock_.now() + options_.deadline);
}

Result<Refreshed> Manifests::refresh(const Target& target, const std::string& reference) {
  if (!is_digest(reference)) {
    return tags_.refresh(name_of(target, reference), std::make_shared<TagOrigin>(target, reference),
                         clock_.now() + options_.deadline);
  }
  if (options_.offline) return Error{Errc::denied, "Larder is offline", "offline"};
  const auto digest = cache::Digest::parse(reference);
  if (!digest.ok()) return digest.error();
  const bool was_cached = peek_named_document(store_, *digest).has_value();
  negatives_.forget(key_of(target, reference));
  const auto got = by_digest(target, *digest, upstream::Purpose::order);
  if (!got.ok()) return got.error();
  const cache::TagRecord record{*digest, got->media_type, got->size_bytes, {}, {}};
  return Refreshed{was_cached ? std::optional(record) : std::nullopt, record};
}

Standing Manifests::standing(const Target& target, const std::string& reference) const {
  if (!is_digest(reference)) return tags_.standing(name_of(target, reference));
  return {std::nullopt, {}, negatives_.find(key_of(target, reference), clock_.now())};
}

Result<DocumentAnswer> Manifests::by_digest(const Target& target, const cache::Digest& digest,
                                            upstream::Purpose purpose) {
  if (auto document = find_named_document(store_, digest)) {
    if (document->media_type == kTagsMediaType) return Error{Errc::not_found, "no manifest"};
    return answer_of(digest, *std::move(document), CacheStatus::hit);
  }
  if (options_.offline) return offline_error();
  const std::string key = key_of(target, digest.str());
  if (const auto negative = negatives_.find(key, clock_.now())) return *negative;
  const auto ask = target.asking({clock_.now() + options_.deadline, purpose});
  auto fetched = fetches_.run(key, ask.deadline, [&] { return fetch(target, digest, ask); });
  if (!fetched.result.ok()) {
    negatives_.note(key, fetched.result.error(), clock_.now());
    return fetched.result.error();
  }
  return answer_of(digest, std::move(fetched.result)->document,
                   fetched.joined ? CacheStatus::joined : CacheStatus::fetched);
}

Result<upstream::FetchedManifest> Manifests::fetch(const Target& target,
                                                   const cache::Digest& digest,
                                                   const upstream::Ask& ask) {
  auto manifest = target.upstream->get_manifest(target.repository, digest.str(), ask);
  if (!manifest.ok()) return manifest;
  Status kept = store_.put_document(digest, manifest->document);
  if (!kept.ok()) return kept.error();
  return manifest;
}

}  // namespace larder::registry
