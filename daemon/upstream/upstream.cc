#include "daemon/upstream/upstream.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "cache/base/check.h"
#include "daemon/upstream/list_request.h"
#include "daemon/upstream/manifest_request.h"
#include "daemon/upstream/referrers_list.h"

namespace larder::upstream {

namespace {

// not_found is believed only when all say so.
int weight(Errc code) {
  switch (code) {
    case Errc::not_found:
      return 0;
    case Errc::denied:
      return 1;
    case Errc::timeout:
    case Errc::upstream_down:
      return 2;
    default:
      return 3;
  }
}

Result<ManifestName> manifest_name(const std::string& repository, const std::string& reference) {
  ManifestName name{repository, reference, std::nullopt};
  if (reference.find(':') == std::string::npos) return name;
  auto digest = cache::Digest::parse(reference);
  if (!digest) return digest.error();
  name.digest = *digest;
  return name;
}

}  // namespace

bool tells_more(const Error& one, const Error& other) {
  return weight(one.code) > weight(other.code);
}

Upstream::Upstream(std::string name, std::vector<std::unique_ptr<Endpoint>> endpoints,
                   Selection selection)
    : name_(std::move(name)), selection_(selection), order_(selection) {
  CHECK(!endpoints.empty());
  for (auto& endpoint : endpoints) endpoints_.push_back(std::move(endpoint));
}

Result<ManifestInfo> Upstream::head_manifest(const std::string& repository,
                                             const std::string& reference, const Ask& ask) {
  const auto name = manifest_name(repository, reference);
  if (!name) return name.error();
  return first_answer<ManifestInfo>(*name, ask, upstream::head_manifest);
}

Result<FetchedManifest> Upstream::get_manifest(const std::string& repository,
                                               const std::string& reference, const Ask& ask) {
  const auto name = manifest_name(repository, reference);
  if (!name) return name.error();
  return first_answer<FetchedManifest>(*name, ask, upstream::get_manifest);
}

// The first answer, or the most telling error. One that is not to be asked is, for its error, which
// costs nothing, and by then it may be.
template <class Answer, class Name, class Question>
Result<Answer> Upstream::first_answer(const Name& name, Ask ask, Question question) const {
  const MonoTime deadline = ask.deadline;
  auto [indexes, askable_left] = order(ask.purpose);
  std::optional<Error> worst;
  for (const std::size_t index : indexes) {
    ask.deadline = share_of(deadline, std::max<std::size_t>(askable_left, 1));
    auto answer = question(*endpoints_[index], name, ask);
    if (answer) return answer;
    if (askable_left > 0) --askable_left;
    if (!worst || tells_more(answer.error(), *worst)) worst = answer.error();
  }
  return *worst;
}

// Each endpoint gets an equal share of the time that is left, so that a hanging one leaves some to
// the next.
MonoTime Upstream::share_of(MonoTime deadline, std::size_t endpoints_left) const {
  const MonoTime now = endpoints_.front()->clock().now();
  return now + (deadline - now) / static_cast<Duration::rep>(endpoints_left);
}

Result<TagList> Upstream::list_tags(const std::string& repository, const ListPage& page,
                                    const Ask& ask) {
  const auto question = [&page](Endpoint& endpoint, const std::string& name, const Ask& share) {
    return upstream::list_tags(endpoint, name, page, share);
  };
  return first_answer<TagList>(repository, ask, question);
}

Result<cache::Document> Upstream::list_referrers(const std::string& repository,
                                                 const cache::Digest& subject, const Ask& ask) {
  const cache::Document none = ReferrersList().document();
  bool is_empty = false;
  // An endpoint that has the API must say "none" of what it does not have: the next may know more.
  const auto question = [&](Endpoint& endpoint, const std::string& name,
                            const Ask& share) -> Result<cache::Document> {
    auto listed = upstream::list_referrers(endpoint, name, subject, share);
    if (!listed || *listed != none) return listed;
    is_empty = true;
    return Error{Errc::not_found, "no referrers"};
  };
  auto referrers = first_answer<cache::Document>(repository, ask, question);
  if (referrers || referrers.error().code != Errc::not_found) return referrers;
  // Where there was a list, a repository that is not found does not make it empty.
  if (ask.known && !is_empty) return referrers;
  return none;
}

std::vector<std::shared_ptr<cache::Source>> Upstream::blob_sources(const std::string& repository,
                                                                   SourceLimits limits) const {
  const auto [indexes, askable] = order(Purpose::blob);
  if (limits.first_byte) {
    *limits.first_byte /= static_cast<Duration::rep>(std::max<std::size_t>(askable, 1));
  }
  std::vector<std::shared_ptr<cache::Source>> sources;
  for (const std::size_t index : indexes) {
    sources.push_back(std::make_shared<BlobSource>(endpoints_[index], repository, limits));
  }
  return sources;
}

EndpointOrder::Order Upstream::order(Purpose purpose) const {
  std::vector<EndpointOrder::Candidate> candidates;
  for (const auto& endpoint : endpoints_) {
    EndpointHealth& health = endpoint->health();
    candidates.push_back({health.refuses(purpose), health.latency(), health.asked_at()});
  }
  return order_.of(candidates, endpoints_.front()->clock().now());
}

std::optional<Error> Upstream::refusal(Purpose purpose, const std::string& repository) const {
  std::optional<Error> first;
  for (const auto& endpoint : endpoints_) {
    auto refused = endpoint->refusal(purpose, repository);
    if (!refused) return std::nullopt;
    if (!first) first = std::move(refused);
  }
  return first;
}

UpstreamReport Upstream::report() const {
  UpstreamReport report{name_, selection_, {}};
  for (const auto& endpoint : endpoints_) {
    endpoint->note_credentials();
    auto health = endpoint->health().report();
    std::erase_if(health.credentials, [this](const auto& one) { return one.upstream != name_; });
    report.endpoints.push_back(std::move(health));
  }
  return report;
}

}  // namespace larder::upstream
