// One endpoint of an upstream: requests with credentials, redirects followed by hand.
//
// A redirect to another host loses the Authorization and the client certificate, is never followed
// from https to http, and may not lead to a loopback, link-local or metadata address unless the
// operator wrote that host. In a tenant's name the client certificate, Larder's own, is shown to
// nobody.
// The endpoint's health is asked before each request, and learns from what the endpoint itself and
// its token server answer; a redirect's other host says nothing about it.
// Thread-safety: any thread. Blocks: on the network, within the client's deadlines.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/auth/exchanger.h"
#include "daemon/http/client.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/endpoint_health.h"
#include "daemon/upstream/endpoint_path.h"
#include "daemon/upstream/realm_client.h"
#include "daemon/upstream/upstream_observer.h"

namespace larder::upstream {

inline constexpr int kRedirectsMax = 5;

struct RegistryRequest {
  std::string method = "GET";  // or "HEAD"
  std::string path;            // "/v2/library/redis/manifests/7"; the endpoint's own path is added
  std::string repository;      // "library/redis", for the token's scope; likewise
  http::Headers headers;
  std::optional<MonoTime> deadline;      // for everything: token, redirects, body
  std::optional<Duration> first_byte{};  // of each exchange, when the client's own is longer
  Purpose purpose = Purpose::pull;
  std::shared_ptr<const auth::Tenant> as{};  // nothing: Larder itself asks
};

// What is passed by reference must outlive the endpoint.
struct EndpointParts {
  std::string upstream;  // the upstream's name, for metrics
  http::Url url;
  http::Reach reach;  // anywhere for a local address that the operator wrote
  http::Client& client;
  std::unique_ptr<auth::CredentialSource> credentials;
  Clock& clock;
  UpstreamObserver& observer;
  std::shared_ptr<EndpointHealth> health;  // shared with who remembers it (HealthBook); never null
  std::string way{};                       // as HealthBook::of has it
  auth::TrustBoundary boundary{};
};

class Endpoint {
 public:
  explicit Endpoint(EndpointParts parts);

  // Gives the final response to `sink`: never a 401 that a credential could answer, never a
  // redirect. A 401 without a challenge, or after one was answered, is final. Returns: as
  // http::Client::send; denied when the credential exchange is refused or a redirect leads where it
  // may not; upstream_down after more than kRedirectsMax redirects, and without any exchange while
  // its health refuses.
  Status send(const RegistryRequest& request, http::ResponseSink& sink,
              const std::stop_token& stop);

  // Asks again, by a HEAD, for what was wanted of it last, for its health to learn from: a
  // registry's /v2/ may answer when nothing else does, and the reverse. Where that fails and /v2/
  // answers, the next request may find out more: what was wanted last need not be what all others
  // want. Does nothing while nothing has been wanted.
  void try_out(MonoTime deadline, const std::stop_token& stop);
  // Whether a trial is due, and something to ask for is known.
  bool wants_trial() const;
  // What send() would return for `purpose` without any exchange; nothing when it would ask.
  std::optional<Error> refusal(Purpose purpose, const std::string& repository);

  const http::Url& url() const { return parts_.url; }
  // Gets tokens and credentials in use anew before they end; wants_renewal(): some are due.
  bool wants_renewal() const { return exchanger_.wants_renewal(); }
  void renew_due(const std::stop_token& stop) { exchanger_.renew_due(stop); }
  void drop_ended_tokens() { exchanger_.drop_ended(); }
  // Its health hears when they end: for who asks how it is, and for after a restart.
  void note_credentials() const {
    parts_.health->note_credentials(parts_.upstream, exchanger_.facts());
  }

  // What it answered is of no use.
  void tell_useless(const Error& why) const;

  EndpointHealth& health() const { return *parts_.health; }
  const Clock& clock() const { return parts_.clock; }
  // What tells it from another endpoint: the same URL may be reached as another user.
  std::string identity() const;

 private:
  // How far a chain of redirects led.
  struct Followed {
    Status status;
    std::vector<auth::Challenge> challenges;  // not empty: a 401 that waits for an answer
  };

  Followed follow(const RegistryRequest& request, const std::optional<std::string>& authorization,
                  bool answer_challenges, http::ResponseSink& sink, const std::stop_token& stop,
                  EndpointHealth::Permit& permit);
  Status answer_challenges(std::vector<auth::Challenge> challenges, const auth::Wish& wish,
                           const RegistryRequest& request, http::ResponseSink& sink,
                           const std::stop_token& stop, EndpointHealth::Permit& permit);
  auth::Wish wish_of(const RegistryRequest& request) const;
  void note_wanted(const RegistryRequest& request);
  bool is_there(MonoTime deadline, const std::stop_token& stop);
  Followed useless(const Error& why) const;
  http::ClientRequest first_hop(const RegistryRequest& request,
                                const std::optional<std::string>& authorization) const;
  // Turns `hop` into the request that `answer`, a redirect, asks for.
  Status redirect(http::ClientRequest& hop, const http::ResponseHead& answer,
                  const RegistryRequest& request) const;

  const EndpointParts parts_;
  const EndpointPath path_;
  RealmClient own_realm_client_;
  RealmClient tenants_realm_client_;
  auth::Exchanger exchanger_;
  mutable Mutex mutex_;
  std::optional<RegistryRequest> wanted_ GUARDED_BY(mutex_);
};

}  // namespace larder::upstream
