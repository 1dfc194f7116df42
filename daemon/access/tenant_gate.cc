#include "daemon/access/tenant_gate.h"

#include <chrono>
#include <utility>

#include "daemon/access/challenge_reply.h"
#include "daemon/access/token_gate.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/registry/replies.h"

namespace larder::access {

namespace {

using registry::RegistryPath;
using registry::RouteKind;
using registry::Target;

// A tenant who was refused may have got his right in the meantime.
constexpr std::chrono::seconds kRefusedFor{10};

constexpr std::string_view kInvalidToken = "invalid_token";
constexpr std::string_view kInsufficientScope = "insufficient_scope";

// What is asked for, of all that the repository has. No repository's name has an "@".
std::string thing_of(const Target& target, const RegistryPath& path) {
  return resource_of(target) + "@" + std::to_string(static_cast<int>(path.kind)) + path.reference;
}

std::string_view subject_of(const Target& target) {
  return target.as == nullptr ? std::string_view() : std::string_view(target.as->id);
}

bool is_by_digest(const RegistryPath& path) {
  return path.kind == RouteKind::blob || registry::is_digest(path.reference);
}

bool is_no(const Error& error) {
  return error.code == Errc::denied || error.code == Errc::not_found;
}

// Whether a request without a credential is answered by upstream: in nobody's name.
Target anonymously(Target target) {
  static const auto kNobody = std::make_shared<const auth::Tenant>();
  target.as = kNobody;
  return target;
}

}  // namespace

std::optional<http::Response> TenantGate::refuse_ping(const http::Request& request) {
  const auto token = tokens::bearer_token(request.headers);
  if (token.ok() && token->has_value() && parts_.verifier.verify(**token).ok()) return {};
  return challenge(request, "", token.ok() && !*token ? "" : kInvalidToken);
}

std::optional<http::Response> TenantGate::refuse(const http::Request& request,
                                                 const RegistryPath& path, Target& target) {
  const std::string resource = resource_of(target);
  const std::string scope = "repository:" + resource + ":pull";
  const auto caller = caller_of(request, resource);
  if (!caller.ok()) return challenge(request, scope, caller.error().cause);
  const tokens::Subject nobody;  // who a tenant is only his upstream knows
  if (!parts_.policy.allows({nobody, action_of(path), resource, request.peer})) {
    return denied_reply();
  }

  // In Larder's own name, whatever that is: what is public is everybody's.
  const Status in_public = may(path, anonymously(target));
  if (in_public.ok()) return {};
  if (!caller->has_token) return challenge(request, scope, "");
  if (caller->tenant == nullptr) {
    if (is_no(in_public.error())) return challenge(request, scope, kInsufficientScope);
    return registry::error_reply(path.kind, in_public.error());
  }
  target.as = caller->tenant;
  const Status allowed = may(path, target);
  if (allowed.ok()) return {};
  if (allowed.error().code == Errc::denied) return challenge(request, scope, kInsufficientScope);
  return registry::error_reply(path.kind, allowed.error());
}

// Returns: an error whose cause is the challenge's.
Result<TenantGate::Caller> TenantGate::caller_of(const http::Request& request,
                                                 const std::string& resource) {
  const Error invalid{Errc::denied, "the token is not good", kInvalidToken};
  const auto token = tokens::bearer_token(request.headers);
  if (!token.ok()) return invalid;
  if (!*token) return Caller{};
  const auto claims = parts_.verifier.verify(**token);
  if (!claims.ok()) return invalid;
  const auto& subject = (*claims)->subject;
  if (subject.kind != tokens::Subject::Kind::tenant) return Caller{true, nullptr};
  // What was shown for one repository is not tried on another.
  if (!tokens::allows((*claims)->access, resource, "pull")) {
    return Error{Errc::denied, "the token is for another repository", kInsufficientScope};
  }
  auto tenant = parts_.tenants.find(subject.name);
  if (tenant == nullptr) return invalid;  // not seen since the start: he shows it again
  return Caller{true, std::move(tenant)};
}

// Whether `target.as` may have it.
Status TenantGate::may(const RegistryPath& path, const Target& target) {
  const std::string resource = resource_of(target);
  const Standing standing = parts_.grants.standing(subject_of(target), resource);
  const auto refused = [&](const std::string& what) {
    return parts_.grants.standing(subject_of(target), what) == Standing::refused;
  };
  if (standing == Standing::refused) return Error{Errc::denied, "upstream refuses it"};
  if (refused(thing_of(target, path))) return Error{Errc::not_found, "upstream does not have it"};
  const auto digest =
      is_by_digest(path) ? cache::Digest::parse(path.reference) : Result<cache::Digest>(Error{});
  const bool is_inside =
      !is_by_digest(path) || (digest.ok() && parts_.contents.holds(target, *digest));
  if (standing == Standing::fresh && is_inside) {
    if (!is_by_digest(path)) note(path, target);
    return {};
  }
  const Status asked = ask(path, target, standing);
  if (asked.ok() || is_no(asked.error())) return asked;
  // Nobody can be asked.
  const bool is_granted = standing == Standing::fresh || standing == Standing::in_grace;
  return is_granted && is_inside ? Status() : asked;
}

Status TenantGate::ask(const RegistryPath& path, const Target& target, Standing standing) {
  if (parts_.is_offline) {
    return Error{Errc::upstream_down, "offline: nobody can be asked whether it is allowed"};
  }
  const std::string subject(subject_of(target));
  const std::string thing = thing_of(target, path);
  const MonoTime deadline = parts_.clock.now() + parts_.deadline;
  const auto asked = probes_.run(subject + " " + thing, deadline, [&]() -> Result<bool> {
    const Status probed = parts_.prober.probe(target, path, deadline);
    if (!probed.ok()) return probed.error();
    return true;
  });
  if (asked.result.ok()) {
    parts_.grants.grant(subject, resource_of(target));
    note(path, target);
    return {};
  }
  const Error& error = asked.result.error();
  // Of a repository that he may have, one thing may be another repository's, or for others.
  const bool is_about_all = path.kind == RouteKind::manifest &&
                            !(standing == Standing::fresh && registry::is_digest(path.reference));
  if (error.code == Errc::denied && is_about_all) {
    parts_.grants.refuse(subject, resource_of(target),
                         subject.empty() ? parts_.private_for : Duration(kRefusedFor));
  } else if (is_no(error)) {
    parts_.grants.refuse(subject, thing, kRefusedFor);
  }
  return error;
}

void TenantGate::note(const RegistryPath& path, const Target& target) {
  if (path.kind == RouteKind::manifest && !registry::is_digest(path.reference)) {
    parts_.contents.note_tag(target, path.reference);
  } else if (is_by_digest(path)) {
    if (const auto digest = cache::Digest::parse(path.reference))
      parts_.contents.note(target, *digest);
  }
}

http::Response TenantGate::challenge(const http::Request& request, const std::string& scope,
                                     std::string_view error) const {
  return challenge_reply(request, {"", parts_.service, scope, error});
}

}  // namespace larder::access
