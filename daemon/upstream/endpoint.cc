#include "daemon/upstream/endpoint.h"

#include <utility>

#include "cache/base/check.h"
#include "daemon/http/query.h"
#include "daemon/upstream/hop.h"

namespace larder::upstream {

namespace {

Error down(std::string why) {
  return {Errc::upstream_down, std::move(why)};
}

}  // namespace

Endpoint::Endpoint(std::string name, http::Url url, http::Reach reach, http::Client& client,
                   std::unique_ptr<auth::CredentialSource> credentials, Clock& clock,
                   UpstreamObserver& observer)
    : name_(std::move(name)),
      url_(std::move(url)),
      path_(split_endpoint_path(http::split_target(url_.target).path)),
      reach_(reach),
      client_(client),
      credentials_(std::move(credentials)),
      observer_(observer),
      exchanger_(url_, client_, *credentials_, clock) {}

Status Endpoint::send(const RegistryRequest& request, http::ResponseSink& sink,
                      const std::stop_token& stop) {
  CHECK(request.method == "GET" || request.method == "HEAD");
  const auto scope = "repository:" + path_.repository_of(request.repository) + ":pull";
  const auto known = exchanger_.remembered(scope);
  auto first = follow(request, known, /*answer_challenges=*/true, sink, stop);
  if (first.challenges.empty()) return std::move(first.status);

  if (known) exchanger_.forget(scope, *known);
  auto granted = exchanger_.authorize(first.challenges, scope, request.deadline, stop);
  if (!granted) return in_context(url_.authority(), granted.error());
  return follow(request, *granted, /*answer_challenges=*/false, sink, stop).status;
}

Endpoint::Followed Endpoint::follow(const RegistryRequest& request,
                                    const std::optional<std::string>& authorization,
                                    bool answer_challenges, http::ResponseSink& sink,
                                    const std::stop_token& stop) {
  auto hop = first_hop(request, authorization);
  for (int redirects = 0; redirects <= kRedirectsMax; ++redirects) {
    // Another origin's challenge is not ours to answer.
    HopSink hop_sink(sink, answer_challenges && hop.url.same_origin(url_));
    auto status = client_.send(hop, hop_sink, stop);
    const auto& held = hop_sink.held();
    // The body of a response that was held back is nobody's loss.
    if (held && !stop.stop_requested()) status = {};
    observer_.request_ended(name_, url_.host, hop_sink.status(), hop_sink.body_bytes(), status);
    if (!held || !status) return {std::move(status), {}};
    if (!hop_sink.challenges().empty()) return {{}, hop_sink.challenges()};
    if (auto redirected = redirect(hop, *held); !redirected) return {std::move(redirected), {}};
  }
  return {down(url_.authority() + ": more than " + std::to_string(kRedirectsMax) + " redirects"),
          {}};
}

http::ClientRequest Endpoint::first_hop(const RegistryRequest& request,
                                        const std::optional<std::string>& authorization) const {
  http::ClientRequest hop;
  hop.method = request.method;
  hop.url = url_;
  hop.url.target = path_.target_of(request.path);
  hop.headers = request.headers;
  if (authorization) hop.headers.set("Authorization", *authorization);
  hop.reach = reach_;
  hop.with_certificate = true;
  hop.deadline = request.deadline;
  return hop;
}

Status Endpoint::redirect(http::ClientRequest& hop, const http::ResponseHead& answer) const {
  const auto from = hop.url.authority();
  const auto locations = answer.headers.find_all("Location");
  if (locations.size() != 1) return down(from + ": redirect without one Location");
  auto target = http::redirect_target(hop.url, locations.front());
  if (!target) {
    const bool denied = target.error().code == Errc::denied;
    return Error{denied ? Errc::denied : Errc::upstream_down,
                 from + ": redirect: " + target.error().context};
  }
  if (!target->same_origin(hop.url)) hop.headers.remove("Authorization");
  const bool own_place = target->host == url_.host && target->port == url_.port;
  hop.reach = own_place ? reach_ : http::Reach::public_only;
  hop.with_certificate = target->same_origin(url_);
  hop.url = std::move(*target);
  return {};
}

}  // namespace larder::upstream
