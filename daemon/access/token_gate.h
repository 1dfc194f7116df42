// The gate of a listener with `auth: required`: who has a token of ours for it may have what the
// token and the policy allow; who shows a client certificate and no token, or an identity token of
// ours as a password, what the policy allows.
//
// Thread-safety: any thread. Blocks: as TokenVerifier and ListenerPolicy do.
#pragma once

#include <string>

#include "cache/base/clock.h"
#include "daemon/access/listener_policy.h"
#include "daemon/auth/tokens/identity_tokens.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "daemon/registry/access_gate.h"

namespace larder::access {

// All must outlive the gate but what is passed by value.
struct TokenGateParts {
  tokens::TokenVerifier& verifier;
  tokens::IdentityTokens& identities;
  const ListenerPolicy& policy;
  const Clock& clock;
  DecisionObserver& observer;
  std::string service;  // of the tokens
  // Something else than a certificate is good for a token, too: who shows a certificate is told so
  // at a ping, and where the policy does not allow it, because he may have that as well.
  bool has_other_proofs = true;
};

class TokenGate final : public registry::AccessGate {
 public:
  explicit TokenGate(TokenGateParts parts) : parts_(std::move(parts)) {}

  std::optional<http::Response> refuse_ping(const http::Request& request) override;
  std::optional<http::Response> refuse(const http::Request& request,
                                       const registry::RegistryPath& path,
                                       registry::Target& target) override;

 private:
  struct Caller;
  Caller caller_of(const http::Request& request) const;
  Caller caller_without_token(const http::Request& request) const;
  http::Response challenge(const http::Request& request, const std::string& resource,
                           const Caller& caller) const;

  const TokenGateParts parts_;
};

// The gate of a listener with a policy and `auth: none`: who shows no certificate is anonymous.
class PolicyGate final : public registry::AccessGate {
 public:
  // Both must outlive the gate.
  PolicyGate(const ListenerPolicy& policy, const Clock& clock) : policy_(policy), clock_(clock) {}

  std::optional<http::Response> refuse_ping(const http::Request&) override { return {}; }
  std::optional<http::Response> refuse(const http::Request& request,
                                       const registry::RegistryPath& path,
                                       registry::Target& target) override;

 private:
  const ListenerPolicy& policy_;
  const Clock& clock_;
};

// Whether the policy lets `subject`, who has shown the token of that id, have what `path` names of
// `target`, which learns of it for the log.
bool policy_allows(const ListenerPolicy& policy, const tokens::Subject& subject,
                   std::string_view token_id, const http::Request& request,
                   const registry::RegistryPath& path, registry::Target& target);
std::string resource_of(const registry::Target& target);
// 403 DENIED, without a reason: that is for the log.
http::Response denied_reply();

}  // namespace larder::access
