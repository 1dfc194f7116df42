#include "daemon/access/token_gate.h"

#include <utility>

#include "daemon/access/challenge_reply.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/registry/replies.h"

namespace larder::access {

namespace {

using registry::RouteKind;

// The subject of the connection's certificate, while that is good.
std::optional<tokens::Subject> certified(const http::Request& request, const Clock& clock) {
  auto subject = tokens::certified_subject(request);
  if (subject && subject->expires && *subject->expires <= clock.wall()) return std::nullopt;
  return subject;
}

policy::Action action_of(const registry::RegistryPath& path) {
  switch (path.kind) {
    case RouteKind::tags:
      return policy::Action::list;
    case RouteKind::referrers:
      return policy::Action::referrers;
    default:
      return policy::Action::pull;
  }
}

}  // namespace

// Who asks, by a token or else by a certificate; with neither the word of the challenge, which is
// empty when nothing was shown.
struct TokenGate::Caller {
  std::shared_ptr<const tokens::OwnClaims> claims{};
  std::optional<tokens::Subject> certified{};
  std::string_view error{};

  bool is_known() const { return claims != nullptr || certified; }
  const tokens::Subject& subject() const {
    return claims != nullptr ? claims->subject : *certified;
  }
};

TokenGate::Caller TokenGate::caller_of(const http::Request& request) const {
  const auto token = tokens::bearer_token(request.headers);
  if (token.ok() && !*token) {
    const bool shows_another = request.headers.find("Authorization").has_value();
    if (shows_another) return {};
    return {nullptr, certified(request, parts_.clock), ""};
  }
  if (!token.ok()) return {nullptr, {}, "invalid_token"};
  auto claims = parts_.verifier.verify(**token);
  if (!claims.ok()) return {nullptr, {}, "invalid_token"};
  return {*std::move(claims), {}, ""};
}

std::optional<http::Response> TokenGate::refuse_ping(const http::Request& request) {
  const Caller caller = caller_of(request);
  const bool goes_on = caller.claims != nullptr || (caller.certified && !parts_.has_other_proofs);
  if (goes_on) return {};
  return challenge(request, "", caller.error);
}

std::optional<http::Response> TokenGate::refuse(const http::Request& request,
                                                const registry::RegistryPath& path,
                                                registry::Target& target) {
  const std::string resource = resource_of(target);
  const std::string scope = "repository:" + resource + ":pull";
  const Caller caller = caller_of(request);
  if (!caller.is_known()) return challenge(request, scope, caller.error);
  if (caller.claims != nullptr && !tokens::allows(caller.claims->access, resource, "pull")) {
    return challenge(request, scope, "insufficient_scope");
  }
  if (policy_allows(parts_.policy, caller.subject(), request, path, resource)) return {};
  if (caller.certified && parts_.has_other_proofs) {
    return challenge(request, scope, "insufficient_scope");
  }
  return denied_reply();
}

http::Response TokenGate::challenge(const http::Request& request, const std::string& scope,
                                    std::string_view error) const {
  return challenge_reply(request, {"", parts_.service, scope, error});
}

std::optional<http::Response> PolicyGate::refuse(const http::Request& request,
                                                 const registry::RegistryPath& path,
                                                 registry::Target& target) {
  const auto subject = certified(request, clock_).value_or(tokens::Subject());
  if (policy_allows(policy_, subject, request, path, resource_of(target))) return {};
  return denied_reply();
}

bool policy_allows(const ListenerPolicy& policy, const tokens::Subject& subject,
                   const http::Request& request, const registry::RegistryPath& path,
                   std::string_view resource) {
  return policy.allows(
      {subject, action_of(path), resource, request.peer, request.tls != nullptr, path.reference});
}

std::string resource_of(const registry::Target& target) {
  return target.upstream->name() + "/" + target.repository;
}

http::Response denied_reply() {
  return registry::error_reply(403, "DENIED", "the listener's policy does not allow it",
                               registry::CacheStatus::local);
}

}  // namespace larder::access
