#include "daemon/registry/referrers.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>

#include "cache/hasher.h"
#include "daemon/http/query.h"
#include "daemon/registry/replies.h"
#include "daemon/upstream/referrers_list.h"

namespace larder::registry {

namespace {

using Json = nlohmann::json;

class ReferrersOrigin final : public Origin {
 public:
  ReferrersOrigin(Target target, const cache::Digest& subject, bool is_subject_cached)
      : target_(std::move(target)), subject_(subject), is_subject_cached_(is_subject_cached) {}

  std::string asker() const override { return target_.asker(); }

  // Nobody can be asked for a list as it was.
  Result<upstream::FetchedManifest> fetch(const upstream::Ask& ask,
                                          const std::optional<cache::Digest>&) const override {
    auto index =
        target_.upstream->list_referrers(target_.repository, subject_, target_.asking(ask));
    if (!index.ok()) return index.error();
    const auto digest =
        cache::digest_of(cache::DigestAlgorithm::sha256, std::as_bytes(std::span(index->bytes)));
    return upstream::FetchedManifest{digest, *std::move(index)};
  }

  // Nothing about a digest that somebody has made up is worth a row.
  bool is_kept(const cache::Document& document) const override {
    return is_subject_cached_ || document != upstream::ReferrersList().document();
  }

 private:
  const Target target_;
  const cache::Digest subject_;
  const bool is_subject_cached_;
};

// The image index with the descriptors of one artifact type only. The others are dropped while it
// is read: as a whole it takes twenty times its size.
Result<std::string> only_of_type(const std::string& bytes, const std::string& artifact_type) {
  constexpr int kDescriptorDepth = 2;
  const auto is_kept = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth != kDescriptorDepth || event != Json::parse_event_t::object_end) return true;
    return parsed.value("artifactType", Json()) == artifact_type;
  };
  const Json index = Json::parse(bytes, is_kept, /*allow_exceptions=*/false);
  if (!index.is_object() || !index.value("manifests", Json()).is_array()) {
    return Error{Errc::corrupt, "a cached list of referrers does not parse"};
  }
  return index.dump();
}

}  // namespace

Referrers::Referrers(ListsOptions options, NamedDocuments& documents, const cache::Store& store,
                     const Clock& clock)
    : options_(options), documents_(documents), store_(store), clock_(clock) {}

Result<http::Response> Referrers::answer(const http::Request& request, const RegistryPath& path,
                                         const Target& target) {
  const auto subject = cache::Digest::parse(path.reference);
  if (!subject.ok()) return subject.error();
  const auto parameters = http::parse_query(http::split_target(request.target).query);
  if (!parameters.ok()) {
    return error_reply(400, "UNSUPPORTED", parameters.error().context, CacheStatus::local);
  }
  const cache::TagName name{target.upstream->name(), target.repository,
                            "?referrers&" + subject->str()};
  auto found = documents_.get(
      name, std::make_shared<ReferrersOrigin>(target, *subject, store_.has_blob(*subject)),
      /*want_bytes=*/true, clock_.now() + options_.deadline);
  if (!found.ok()) return found.error();
  http::Response response;
  response.headers.add("Content-Type", found->media_type);
  const auto artifact_type = http::find_parameter(*parameters, "artifactType").value_or("");
  if (!artifact_type.empty()) {
    auto filtered = filters_.run(found->digest.str() + " " + artifact_type,
                                 clock_.now() + options_.deadline, [&]() -> Result<std::string> {
                                   MutexLock lock(filtering_);
                                   return only_of_type(*found->bytes, artifact_type);
                                 });
    if (!filtered.result.ok()) return filtered.result.error();
    found->bytes = *std::move(filtered.result);
    response.headers.add("OCI-Filters-Applied", "artifactType");
  }
  add_common_headers(response, found->status, found->ttl);
  response.body = *std::move(found->bytes);
  return response;
}

}  // namespace larder::registry
