#include "daemon/access/token_gate.h"

#include <utility>

#include "daemon/access/challenge_reply.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/auth/tokens/token_request.h"
#include "daemon/registry/replies.h"

namespace larder::access {

namespace {

using registry::RouteKind;
using tokens::Subject;

// The subject of the connection's certificate, while that is good.
std::optional<Subject> certified(const http::Request& request, const Clock& clock) {
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

// Who asks, by an access token, or else by an identity token or a certificate; with none of them
// the word of the challenge, which is empty when nothing was shown.
struct TokenGate::Caller {
  std::shared_ptr<const tokens::OwnClaims> claims{};
  std::optional<Subject> proven{};
  std::string_view error{};
  std::string cause{};
  bool is_certified = false;  // by the connection itself

  bool is_known() const { return claims != nullptr || proven; }
  const Subject& subject() const { return claims != nullptr ? claims->subject : *proven; }
  std::string_view token_id() const { return claims != nullptr ? claims->id : std::string_view(); }
};

TokenGate::Caller TokenGate::caller_of(const http::Request& request) const {
  const auto token = tokens::bearer_token(request.headers);
  if (token.ok() && !*token) return caller_without_token(request);
  if (!token.ok()) return {.error = "invalid_token", .cause = token.error().context};
  auto claims = parts_.verifier.verify(**token);
  if (!claims.ok()) return {.error = "invalid_token", .cause = claims.error().context};
  // What a tenant has shown is checked by the tenants' gate alone.
  if ((*claims)->subject.kind == Subject::Kind::tenant) {
    return {.error = "invalid_token", .cause = "a tenant's token"};
  }
  if (!tokens::counts_at((*claims)->subject, request)) {
    return {.error = "invalid_token", .cause = tokens::kOtherAuthorities};
  }
  return {.claims = *std::move(claims)};
}

// Larder itself sends Basic straight away to what it takes for ECR, and so do others.
TokenGate::Caller TokenGate::caller_without_token(const http::Request& request) const {
  const auto basic = tokens::basic_credentials(request.headers);
  if (!basic.ok()) return {};
  if (!*basic) return {.proven = certified(request, parts_.clock), .is_certified = true};
  const std::string& password = (*basic)->second;
  if (!tokens::IdentityTokens::is_one(password)) return {};
  auto subject = parts_.identities.check(password, request);
  if (!subject.ok()) return {.error = "invalid_token", .cause = subject.error().context};
  return {.proven = *std::move(subject)};
}

std::optional<http::Response> TokenGate::refuse_ping(const http::Request& request) {
  const Caller caller = caller_of(request);
  const bool may_have_more = caller.is_certified && parts_.has_other_proofs;
  if (caller.is_known() && !may_have_more) return {};
  return challenge(request, "", caller);
}

std::optional<http::Response> TokenGate::refuse(const http::Request& request,
                                                const registry::RegistryPath& path,
                                                registry::Target& target) {
  const std::string resource = resource_of(target);
  Caller caller = caller_of(request);
  if (!caller.is_known()) return challenge(request, resource, caller);
  if (caller.claims != nullptr && !tokens::allows(caller.claims->access, resource, "pull")) {
    caller.error = "insufficient_scope";
    caller.cause = "the token is not for it";
    return challenge(request, resource, caller);
  }
  if (policy_allows(parts_.policy, caller.subject(), caller.token_id(), request, path, target)) {
    return {};
  }
  const bool may_have_more = caller.is_certified && parts_.has_other_proofs;
  return may_have_more ? challenge(request, resource, caller) : denied_reply();
}

http::Response TokenGate::challenge(const http::Request& request, const std::string& resource,
                                    const Caller& caller) const {
  if (!caller.error.empty()) {
    TokenRejection rejection{.listener = request.listener,
                             .peer = request.peer,
                             .resource = resource,
                             .error = caller.error,
                             .cause = caller.cause};
    if (caller.claims != nullptr) {
      rejection.subject_kind = to_string(caller.claims->subject.kind);
      rejection.subject = caller.claims->subject.name;
      rejection.token_id = caller.claims->id;
    }
    parts_.observer.token_rejected(rejection);
  }
  const std::string scope = resource.empty() ? "" : tokens::pull_scope(resource);
  return challenge_reply(request, {"", parts_.service, scope, caller.error});
}

std::optional<http::Response> PolicyGate::refuse(const http::Request& request,
                                                 const registry::RegistryPath& path,
                                                 registry::Target& target) {
  const auto subject = certified(request, clock_).value_or(tokens::Subject());
  if (policy_allows(policy_, subject, "", request, path, target)) return {};
  return denied_reply();
}

bool policy_allows(const ListenerPolicy& policy, const tokens::Subject& subject,
                   std::string_view token_id, const http::Request& request,
                   const registry::RegistryPath& path, registry::Target& target) {
  const auto action = action_of(path);
  std::string resource = resource_of(target);
  auto verdict = policy.allows(
      {subject, action, resource, request.peer, request.tls != nullptr, path.reference});
  target.admission = http::Admission{.subject_kind = std::string(to_string(subject.kind)),
                                     .subject = subject.name,
                                     .token_id = std::string(token_id),
                                     .action = std::string(policy::to_string(action)),
                                     .resource = std::move(resource),
                                     .reason = std::move(verdict.reason)};
  return verdict.may_go_on;
}

std::string resource_of(const registry::Target& target) {
  return target.upstream->name() + "/" + target.repository;
}

http::Response denied_reply() {
  return registry::error_reply(403, "DENIED", "the listener's policy does not allow it",
                               registry::CacheStatus::local);
}

}  // namespace larder::access
