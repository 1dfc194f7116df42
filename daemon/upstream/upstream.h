// An upstream registry: the questions Larder asks it, over its endpoints in order: as written, or
// the quickest first; those that are not to be asked now (endpoint_health.h) come last, and cost no
// time.
//
// Documents are returned only when their bytes match the digest asked for; a tag's digest is the
// hash of the bytes, not the header, whenever the bytes were fetched. Thread-safety: any thread.
// Blocks: on the network, until the deadline at most.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/digest.h"
#include "cache/index.h"
#include "cache/source.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/blob_source.h"
#include "daemon/upstream/endpoint.h"
#include "daemon/upstream/endpoint_order.h"
#include "daemon/upstream/health_report.h"
#include "daemon/upstream/tag_list.h"

namespace larder::upstream {

// An image manifest larger than this is refused (distribution-spec: at least 4 MiB).
inline constexpr std::size_t kManifestBytesMax = 4 * 1024 * 1024 + 200 * 1024;

// What a HEAD of a manifest says.
struct ManifestInfo {
  cache::Digest digest;
  std::string media_type;
  std::uint64_t size_bytes = 0;
  // Upstream said no more than that it is what is known (HTTP 304): type and size are not told.
  bool is_unchanged = false;
};

struct FetchedManifest {
  cache::Digest digest;
  cache::Document document;
  ManifestInfo info() const { return {digest, document.media_type, document.bytes.size()}; }
};

// For explain and metrics.
struct UpstreamReport {
  std::string name;
  Selection selection = Selection::ordered;
  std::vector<HealthReport> endpoints;  // in the config's order
};

// Whether `one` tells more than `other`, where endpoints disagree: what one of them lacks, another
// that could not be asked may have.
bool tells_more(const Error& one, const Error& other);

class Upstream {
 public:
  // Requires: at least one endpoint.
  Upstream(std::string name, std::vector<std::unique_ptr<Endpoint>> endpoints,
           Selection selection = Selection::ordered);

  // The upstream's name: the host clients ask for ("docker.io").
  const std::string& name() const { return name_; }

  // What a tag or digest means now. When the upstream's HEAD carries no digest or length, the
  // manifest itself is fetched and hashed.
  // Returns: not_found when every endpoint says 404; denied for 401 and 403; upstream_down for any
  // other answer (429 and 5xx included, naming the status); timeout; invalid for a malformed
  // digest. When endpoints fail differently, the one that could not be asked counts more than one
  // that refuses, and that more than a 404. At once, without any exchange, when none is to be asked
  // now. The time until the deadline is shared by the endpoints that are.
  Result<ManifestInfo> head_manifest(const std::string& repository, const std::string& reference,
                                     const Ask& ask);

  // The bytes of a manifest by tag or digest.
  // Returns: as head_manifest; corrupt when the bytes do not match the digest asked for.
  Result<FetchedManifest> get_manifest(const std::string& repository, const std::string& reference,
                                       const Ask& ask);

  // A page of a repository's tags, in the registry's order.
  // Returns: as head_manifest; upstream_down also for an answer that is no list of tags.
  Result<TagList> list_tags(const std::string& repository, const ListPage& page, const Ask& ask);

  // What refers to `subject`: an image index of descriptors, all pages in one, unfiltered. Where an
  // endpoint has no referrers API, the tag that stands in for it says (referrers_tag); the index is
  // empty when no endpoint has either. No referrer is fetched.
  // Returns: denied, upstream_down (also when it has more pages than are asked for), timeout.
  Result<cache::Document> list_referrers(const std::string& repository,
                                         const cache::Digest& subject, const Ask& ask);

  // One source per endpoint, in the order for a pull now. They keep this upstream's endpoints
  // alive. The time to the first byte is shared by those that may be asked now, so that a hanging
  // one leaves some to the next.
  std::vector<std::shared_ptr<cache::Source>> blob_sources(const std::string& repository,
                                                           SourceLimits limits = {}) const;

  const std::vector<std::shared_ptr<Endpoint>>& endpoints() const { return endpoints_; }

  UpstreamReport report() const;
  // What a question for this purpose would return now without asking anybody; nothing when somebody
  // would be asked.
  std::optional<Error> refusal(Purpose purpose, const std::string& repository) const;

 private:
  EndpointOrder::Order order(Purpose purpose) const;
  MonoTime share_of(MonoTime deadline, std::size_t endpoints_left) const;
  template <class Answer, class Name, class Question>
  Result<Answer> first_answer(const Name& name, Ask ask, Question question) const;

  const std::string name_;
  const Selection selection_;
  std::vector<std::shared_ptr<Endpoint>> endpoints_;  // shared with blob sources and EndpointCare
  mutable EndpointOrder order_;
};

}  // namespace larder::upstream
