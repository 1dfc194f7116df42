#include "daemon/upstream/endpoint.h"

#include <span>
#include <utility>

#include "cache/base/check.h"
#include "daemon/http/query.h"
#include "daemon/upstream/hop.h"

namespace larder::upstream {

namespace {

Error bad_redirect(std::string why) {
  return {Errc::upstream_down, std::move(why)};
}

class HeadOnly final : public http::ResponseSink {
 public:
  bool head(const http::ResponseHead& head) override {
    status_ = head.status;
    return false;
  }
  bool body(std::span<const std::byte>) override { return false; }

  int status() const { return status_; }  // 0: no head came
  bool is_answer() const { return status_ != 0 && status_ < 500 && status_ != 429; }

 private:
  int status_ = 0;
};

}  // namespace

Endpoint::Endpoint(EndpointParts parts)
    : parts_(std::move(parts)),
      path_(split_endpoint_path(http::split_target(parts_.url.target).path)),
      own_realm_client_(parts_.client, *parts_.health, parts_.clock, Asker::larder),
      tenants_realm_client_(parts_.client, *parts_.health, parts_.clock, Asker::tenant),
      exchanger_({parts_.url, parts_.upstream, own_realm_client_, tenants_realm_client_,
                  *parts_.credentials, parts_.boundary, parts_.clock, parts_.observer}) {}

Status Endpoint::send(const RegistryRequest& request, http::ResponseSink& sink,
                      const std::stop_token& stop) {
  CHECK(request.method == "GET" || request.method == "HEAD");
  note_wanted(request);
  const auto wish = wish_of(request);
  const auto known = exchanger_.remembered(wish);
  const Asker asker = request.as == nullptr ? Asker::larder : Asker::tenant;
  auto permit = parts_.health->admit(request.purpose, known.has_value(), asker);
  if (!permit) return permit.error();
  auto first = follow(request, known, /*answer_challenges=*/true, sink, stop, *permit);
  if (first.challenges.empty()) return std::move(first.status);
  if (known) exchanger_.forget(wish, *known);
  return answer_challenges(std::move(first.challenges), wish, request, sink, stop, *permit);
}

// With one credential after the other, where there are several.
Status Endpoint::answer_challenges(std::vector<auth::Challenge> challenges, const auth::Wish& wish,
                                   const RegistryRequest& request, http::ResponseSink& sink,
                                   const std::stop_token& stop, EndpointHealth::Permit& permit) {
  for (std::size_t tried = 1;; ++tried) {
    auto granted = exchanger_.authorize(challenges, wish, request.deadline, stop);
    if (!granted) {
      auto error = in_context(parts_.url.authority(), granted.error());
      permit.token_failed(error);
      return error;
    }
    const bool has_more = tried < exchanger_.credentials(wish);
    auto answered = follow(request, *granted, has_more, sink, stop, permit);
    if (answered.challenges.empty()) return std::move(answered.status);
    exchanger_.forget(wish, *granted);
    challenges = std::move(answered.challenges);
  }
}

void Endpoint::try_out(MonoTime deadline, const std::stop_token& stop) {
  std::optional<RegistryRequest> request;
  {
    MutexLock lock(mutex_);
    request = wanted_;
  }
  if (!request) return;
  request->method = "HEAD";
  request->headers.remove("Range");
  request->deadline = deadline;
  request->purpose = Purpose::trial;
  HeadOnly sink;
  (void)send(*request, sink, stop);
  if (!sink.is_answer() && is_there(deadline, stop)) parts_.health->let_one_in();
}

// Whether it answers at all. What it makes of a HEAD need not be what it makes of all else.
bool Endpoint::is_there(MonoTime deadline, const std::stop_token& stop) {
  RegistryRequest request;
  request.path = "/v2/";
  request.deadline = deadline;
  HeadOnly sink;
  const auto sent = parts_.client.send(first_hop(request, std::nullopt), sink, stop);
  parts_.observer.request_ended(parts_.upstream, parts_.url.host, sink.status(), 0, sent);
  return sink.is_answer();
}

bool Endpoint::wants_trial() const {
  if (!parts_.health->wants_trial()) return false;
  MutexLock lock(mutex_);
  return wanted_.has_value();
}

std::optional<Error> Endpoint::refusal(Purpose purpose, const std::string& repository) {
  RegistryRequest request;
  request.repository = repository;
  const bool has_token = exchanger_.remembered(wish_of(request)).has_value();
  return parts_.health->refusal(purpose, has_token);
}

std::string Endpoint::identity() const {
  const auto url = parts_.url.without_query();
  return parts_.way.empty() ? url : url + " " + parts_.way;
}

void Endpoint::note_wanted(const RegistryRequest& request) {
  if (request.purpose == Purpose::trial) return;
  MutexLock lock(mutex_);
  wanted_ = request;
  wanted_->as = nullptr;  // a tenant's credential is for his own requests
}

auth::Wish Endpoint::wish_of(const RegistryRequest& request) const {
  auto repository = path_.repository_of(request.repository);
  auto scope = "repository:" + repository + ":pull";
  return {std::move(repository), std::move(scope), request.as};
}

Endpoint::Followed Endpoint::follow(const RegistryRequest& request,
                                    const std::optional<std::string>& authorization,
                                    bool answer_challenges, http::ResponseSink& sink,
                                    const std::stop_token& stop, EndpointHealth::Permit& permit) {
  auto hop = first_hop(request, authorization);
  for (int redirects = 0; redirects <= kRedirectsMax; ++redirects) {
    const bool is_own = redirects == 0;
    if (is_own) permit.begins(request.deadline);
    // Another origin's challenge is not ours to answer.
    HopSink hop_sink(sink, answer_challenges && hop.url.same_origin(parts_.url),
                     is_own ? &permit : nullptr);
    auto status = parts_.client.send(hop, hop_sink, stop);
    const auto& held = hop_sink.held();
    // The body of a response that was held back is nobody's loss.
    if (held && !stop.stop_requested()) status = {};
    parts_.observer.request_ended(parts_.upstream, parts_.url.host, hop_sink.status(),
                                  hop_sink.body_bytes(), status);
    if (hop_sink.bad_challenge()) tell_useless(*hop_sink.bad_challenge());
    const bool has_challenges = !hop_sink.challenges().empty();
    if (is_own && !(status && has_challenges)) permit.ended(hop_sink.body_bytes(), status);
    if (!held || !status) return {std::move(status), {}};
    if (has_challenges) return {{}, hop_sink.challenges()};
    if (auto redirected = redirect(hop, *held, request); !redirected)
      return useless(redirected.error());
  }
  return useless(bad_redirect(parts_.url.authority() + ": more than " +
                              std::to_string(kRedirectsMax) + " redirects"));
}

Endpoint::Followed Endpoint::useless(const Error& why) const {
  tell_useless(why);
  return {why, {}};
}

void Endpoint::tell_useless(const Error& why) const {
  parts_.observer.answer_useless(parts_.upstream, parts_.url.host, why);
}

http::ClientRequest Endpoint::first_hop(const RegistryRequest& request,
                                        const std::optional<std::string>& authorization) const {
  http::ClientRequest hop;
  hop.method = request.method;
  hop.url = parts_.url;
  hop.url.target = path_.target_of(request.path);
  hop.headers = request.headers;
  if (authorization) hop.headers.set("Authorization", *authorization);
  hop.reach = parts_.reach;
  hop.with_certificate = request.as == nullptr;
  hop.deadline = request.deadline;
  hop.first_byte = request.first_byte;
  return hop;
}

Status Endpoint::redirect(http::ClientRequest& hop, const http::ResponseHead& answer,
                          const RegistryRequest& request) const {
  const auto from = hop.url.authority();
  const auto locations = answer.headers.find_all("Location");
  if (locations.size() != 1) return bad_redirect(from + ": redirect without one Location");
  auto target = http::redirect_target(hop.url, locations.front());
  if (!target) {
    const bool denied = target.error().code == Errc::denied;
    return Error{denied ? Errc::denied : Errc::upstream_down,
                 from + ": redirect: " + target.error().context};
  }
  if (!target->same_origin(hop.url)) hop.headers.remove("Authorization");
  const bool own_place = target->host == parts_.url.host && target->port == parts_.url.port;
  hop.reach = own_place ? parts_.reach : http::Reach::public_only;
  hop.with_certificate = request.as == nullptr && target->same_origin(parts_.url);
  hop.url = std::move(*target);
  return {};
}

}  // namespace larder::upstream
