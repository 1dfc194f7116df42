// The gate of a listener with `auth: tenant`: what the cache holds is for those who could have
// pulled it themselves.
//
// A repository is first asked for anonymously: what is public is for everybody, without a token.
// Else the client is challenged, gets a token for whatever it shows (tenants.h), and what it asks
// for is asked of upstream in its name. Who may have a manifest may have the repository; who may
// have anything else may have that. Upstream's word is remembered (grants.h). A digest counts only
// where upstream was seen to have it (repository_contents.h).
// Thread-safety: any thread. Blocks: on the network, until the deadline.
#pragma once

#include <string>

#include "cache/base/clock.h"
#include "daemon/access/grants.h"
#include "daemon/access/listener_policy.h"
#include "daemon/access/probe_limits.h"
#include "daemon/access/prober.h"
#include "daemon/access/repository_contents.h"
#include "daemon/access/tenants.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "daemon/registry/access_gate.h"
#include "daemon/registry/single_flight.h"

namespace larder::access {

// All must outlive the gate but what is passed by value.
struct TenantGateParts {
  Grants& grants;
  Tenants& tenants;
  RepositoryContents& contents;
  ProbeLimits& limits;
  Prober& prober;
  tokens::TokenVerifier& verifier;
  const ListenerPolicy& policy;
  const Clock& clock;
  DecisionObserver& observer;
  std::string service;      // of the tokens
  Duration deadline;        // for what is asked of upstream
  Duration private_for;     // that a repository is not public is believed for so long
  bool is_offline = false;  // nobody is ever asked
};

class TenantGate final : public registry::AccessGate {
 public:
  explicit TenantGate(TenantGateParts parts) : parts_(std::move(parts)) {}

  std::optional<http::Response> refuse_ping(const http::Request& request) override;
  std::optional<http::Response> refuse(const http::Request& request,
                                       const registry::RegistryPath& path,
                                       registry::Target& target) override;

 private:
  // Who asks: nobody yet, anonymous with a token, or a tenant.
  struct Caller {
    bool has_token = false;
    std::shared_ptr<const auth::Tenant> tenant{};
    std::string token_id{};
  };

  Result<Caller> caller_of(const http::Request& request, const std::string& resource);
  // One request.
  struct Asked {
    std::string_view peer;
    MonoTime deadline;  // for all that upstream is asked about it
  };

  // What is asked for, and in whose name.
  struct Question {
    const registry::RegistryPath& path;
    const registry::Target& target;
    const Asked& asked;
    std::string resource;                   // the repository, with its upstream
    std::string thing;                      // of all that the repository has
    std::optional<cache::Digest> digest{};  // of it
  };

  Status may(const registry::RegistryPath& path, const registry::Target& target,
             const Asked& asked);
  Status ask(const Question& question);
  Status probe(const Question& question);
  void note_granted(const Question& question);
  void note_refused(const Question& question, const Error& error);
  http::Response challenge(const http::Request& request, const std::string& resource) const;
  // The same, for a token that was shown.
  http::Response reject(const http::Request& request, const std::string& resource,
                        std::string_view error, std::string_view cause,
                        const auth::Tenant* tenant = nullptr) const;

  const TenantGateParts parts_;
  registry::SingleFlight<bool> probes_;
};

}  // namespace larder::access
