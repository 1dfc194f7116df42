#include "daemon/registry/manifests.h"

#include <utility>

#include "daemon/upstream/manifest_type.h"

namespace larder::registry {

namespace {

ManifestAnswer answer_of(const cache::Digest& digest, cache::Document document,
                         CacheStatus status) {
  const std::uint64_t size = document.bytes.size();
  return {digest, std::move(document.media_type), size, std::move(document.bytes), status};
}

CacheStatus status_of(bool joined) {
  return joined ? CacheStatus::joined : CacheStatus::fetched;
}

}  // namespace

Manifests::Manifests(ManifestsOptions options, upstream::FreshnessRules freshness,
                     cache::Store& store, const Clock& clock, RegistryObserver& observer)
    : options_(options),
      freshness_(std::move(freshness)),
      store_(store),
      clock_(clock),
      observer_(observer) {}

Result<ManifestAnswer> Manifests::get(const Target& target, const std::string& reference,
                                      bool want_bytes) {
  const Question question{target, want_bytes, clock_.now() + options_.deadline};
  if (reference.find(':') != std::string::npos) {
    const auto digest = cache::Digest::parse(reference);
    if (!digest.ok()) return digest.error();
    return by_digest(question, *digest);
  }
  if (!is_tag(reference)) return Error{Errc::not_found, "not a valid tag"};
  return by_tag(question, reference);
}

Result<ManifestAnswer> Manifests::by_digest(const Question& question, const cache::Digest& digest) {
  if (auto document = find_manifest(digest)) {
    return answer_of(digest, *std::move(document), CacheStatus::hit);
  }
  if (options_.offline) return Error{Errc::not_found, "not cached, and Larder is offline"};
  const Target& target = question.target;
  const std::string key = target.upstream->name() + "/" + target.repository + "@" + digest.str();
  auto fetched =
      fetches_.run(key, question.deadline, [&] { return fetch_digest(question, digest); });
  if (!fetched.result.ok()) return fetched.result.error();
  return answer_of(digest, std::move(fetched.result)->document, status_of(fetched.joined));
}

Result<ManifestAnswer> Manifests::by_tag(const Question& question, const std::string& tag) {
  const cache::TagName name{question.target.upstream->name(), question.target.repository, tag};
  const auto known = store_.find_tag(name);
  const auto freshness =
      known ? freshness_.judge(name, *known, clock_.wall()) : upstream::Freshness::expired;
  if (known && (options_.offline || freshness == upstream::Freshness::fresh)) {
    return serve(question, *known, CacheStatus::hit);
  }
  if (options_.offline) return Error{Errc::not_found, "not cached, and Larder is offline"};
  auto answer = ask_upstream(question, name, known);
  if (answer.ok() || freshness != upstream::Freshness::stale) return answer;
  auto stale = serve(question, *known, CacheStatus::stale);
  if (!stale.ok()) return answer;
  observer_.stale_served(name.upstream, to_string(answer.error().code));
  return stale;
}

// A tag that is not known costs one GET; one that is known, a HEAD, and a GET only if it has moved.
Result<ManifestAnswer> Manifests::ask_upstream(const Question& question, const cache::TagName& name,
                                               const std::optional<cache::TagRecord>& known) {
  if (question.want_bytes && !known) {
    auto fetched =
        fetches_.run(name.str(), question.deadline, [&] { return fetch_tag(question, name); });
    if (!fetched.result.ok()) return fetched.result.error();
    const cache::Digest digest = fetched.result->digest;
    return answer_of(digest, std::move(fetched.result)->document, status_of(fetched.joined));
  }
  const auto confirmed = confirmations_.run(name.str(), question.deadline,
                                            [&] { return confirm_tag(question, name); });
  if (!confirmed.result.ok()) return confirmed.result.error();
  const bool same = known && known->digest == confirmed.result->digest;
  return serve(question, *confirmed.result,
               same ? CacheStatus::revalidated : status_of(confirmed.joined));
}

// The bytes may be missing although the tag is known: until now only its HEAD was asked for.
Result<ManifestAnswer> Manifests::serve(const Question& question, const cache::TagRecord& record,
                                        CacheStatus status) {
  if (!question.want_bytes) {
    return ManifestAnswer{record.digest, record.media_type, record.size_bytes, std::nullopt,
                          status};
  }
  if (auto document = find_manifest(record.digest)) {
    return answer_of(record.digest, *std::move(document), status);
  }
  return by_digest(question, record.digest);
}

// A document whose media type was lost with the index, or that came as a blob, tells it itself.
std::optional<cache::Document> Manifests::find_manifest(const cache::Digest& digest) {
  auto document = store_.find_document(digest);
  if (!document || !document->media_type.empty()) return document;
  auto media_type = upstream::media_type_inside(document->bytes);
  if (!media_type || media_type->empty()) return std::nullopt;
  document->media_type = *std::move(media_type);
  (void)store_.put_document(digest, *document);  // it was read by this digest
  return document;
}

Result<upstream::FetchedManifest> Manifests::fetch_digest(const Question& question,
                                                          const cache::Digest& digest) {
  const Target& target = question.target;
  auto manifest =
      target.upstream->get_manifest(target.repository, digest.str(), {question.deadline});
  if (!manifest.ok()) return manifest;
  if (Status kept = store_.put_document(digest, manifest->document); !kept.ok()) {
    return kept.error();
  }
  return manifest;
}

Result<upstream::FetchedManifest> Manifests::fetch_tag(const Question& question,
                                                       const cache::TagName& name) {
  const Target& target = question.target;
  auto manifest = target.upstream->get_manifest(target.repository, name.tag, {question.deadline});
  if (!manifest.ok()) return manifest;
  const cache::Document& document = manifest->document;
  if (Status kept = store_.put_document(manifest->digest, document); !kept.ok()) {
    return kept.error();
  }
  remember(name, {manifest->digest, document.media_type, document.bytes.size()});
  return manifest;
}

// A tag that has moved keeps its old image until the new manifest is at hand.
Result<cache::TagRecord> Manifests::confirm_tag(const Question& question,
                                                const cache::TagName& name) {
  const Target& target = question.target;
  const auto info =
      target.upstream->head_manifest(target.repository, name.tag, {question.deadline});
  if (!info.ok()) return info.error();
  const auto before = store_.find_tag(name);
  const bool moved = before && before->digest != info->digest;
  if (moved && !find_manifest(info->digest)) {
    if (auto fetched = fetch_digest(question, info->digest); !fetched.ok()) return fetched.error();
  }
  return remember(name, *info);
}

cache::TagRecord Manifests::remember(const cache::TagName& name,
                                     const upstream::ManifestInfo& info) {
  const WallTime now = clock_.wall();
  const auto before = store_.find_tag(name);
  const bool same = before && before->digest == info.digest;
  cache::TagRecord record{info.digest, info.media_type, info.size_bytes,
                          same ? before->fetched_at : now, now};
  store_.put_tag(name, record);
  return record;
}

}  // namespace larder::registry
