// The gate of a listener with `auth: required`: who has a token of ours for it may have what the
// token and the policy allow.
//
// Thread-safety: any thread. Blocks: as TokenVerifier and ListenerPolicy do.
#pragma once

#include <string>

#include "daemon/access/listener_policy.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "daemon/registry/access_gate.h"

namespace larder::access {

class TokenGate final : public registry::AccessGate {
 public:
  // `service`: of the tokens. The others must outlive the gate.
  TokenGate(std::string service, tokens::TokenVerifier& verifier, const ListenerPolicy& policy)
      : service_(std::move(service)), verifier_(verifier), policy_(policy) {}

  std::optional<http::Response> refuse_ping(const http::Request& request) override;
  std::optional<http::Response> refuse(const http::Request& request,
                                       const registry::RegistryPath& path,
                                       registry::Target& target) override;

 private:
  const std::string service_;
  tokens::TokenVerifier& verifier_;
  const ListenerPolicy& policy_;
};

// The gate of a listener with a policy and `auth: none`: everybody is anonymous.
class PolicyGate final : public registry::AccessGate {
 public:
  explicit PolicyGate(const ListenerPolicy& policy) : policy_(policy) {}

  std::optional<http::Response> refuse_ping(const http::Request&) override { return {}; }
  std::optional<http::Response> refuse(const http::Request& request,
                                       const registry::RegistryPath& path,
                                       registry::Target& target) override;

 private:
  const ListenerPolicy& policy_;
};

// What a path asks to be allowed.
policy::Action action_of(const registry::RegistryPath& path);
std::string resource_of(const registry::Target& target);
// 403 DENIED, without a reason: that is for the log.
http::Response denied_reply();

}  // namespace larder::access
