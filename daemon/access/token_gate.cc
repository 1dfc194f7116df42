#include "daemon/access/token_gate.h"

#include <utility>

#include "daemon/access/challenge_reply.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/registry/replies.h"

namespace larder::access {

namespace {

using registry::RouteKind;

// The claims of a good token; else the word of the challenge, empty when there is no token at all.
struct Shown {
  std::shared_ptr<const tokens::OwnClaims> claims{};
  std::string_view error{};
};

Shown shown_in(const http::Request& request, tokens::TokenVerifier& verifier) {
  const auto token = tokens::bearer_token(request.headers);
  if (token.ok() && !*token) return {};
  if (!token.ok()) return {nullptr, "invalid_token"};
  auto claims = verifier.verify(**token);
  if (!claims.ok()) return {nullptr, "invalid_token"};
  // What a tenant has shown is checked by the tenants' gate alone.
  if ((*claims)->subject.kind == tokens::Subject::Kind::tenant) return {nullptr, "invalid_token"};
  return {*std::move(claims), ""};
}

}  // namespace

std::optional<http::Response> TokenGate::refuse_ping(const http::Request& request) {
  const Shown shown = shown_in(request, verifier_);
  if (shown.claims != nullptr) return {};
  return challenge_reply(request, {"", service_, "", shown.error});
}

std::optional<http::Response> TokenGate::refuse(const http::Request& request,
                                                const registry::RegistryPath& path,
                                                registry::Target& target) {
  const std::string resource = resource_of(target);
  const std::string scope = tokens::pull_scope(resource);
  const Shown shown = shown_in(request, verifier_);
  if (shown.claims == nullptr) return challenge_reply(request, {"", service_, scope, shown.error});
  if (!tokens::allows(shown.claims->access, resource, "pull")) {
    return challenge_reply(request, {"", service_, scope, "insufficient_scope"});
  }
  const bool is_allowed =
      policy_.allows({shown.claims->subject, action_of(path), resource, request.peer});
  if (is_allowed) return {};
  return denied_reply();
}

std::optional<http::Response> PolicyGate::refuse(const http::Request& request,
                                                 const registry::RegistryPath& path,
                                                 registry::Target& target) {
  const tokens::Subject nobody;
  if (policy_.allows({nobody, action_of(path), resource_of(target), request.peer})) return {};
  return denied_reply();
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

std::string resource_of(const registry::Target& target) {
  return target.upstream->name() + "/" + target.repository;
}

http::Response denied_reply() {
  return registry::error_reply(403, "DENIED", "the listener's policy does not allow it",
                               registry::CacheStatus::local);
}

}  // namespace larder::access
