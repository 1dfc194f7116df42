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

std::string_view subject_of(const Target& target) {
  return target.as == nullptr ? std::string_view() : std::string_view(target.as->id);
}

std::optional<cache::Digest> digest_of(const RegistryPath& path) {
  const auto digest = cache::Digest::parse(path.reference);
  return digest.ok() ? std::optional(*digest) : std::nullopt;
}

// No repository's name has an "@".
std::string thing_of(const RegistryPath& path, const std::string& resource) {
  return resource + "@" + std::to_string(static_cast<int>(path.kind)) + path.reference;
}

// Whether who may have it may have the repository.
bool is_a_pull(const RegistryPath& path) {
  return path.kind == RouteKind::manifest || path.kind == RouteKind::referrers;
}

// Empty for a ping.
std::string scope_of(const std::string& resource) {
  return resource.empty() ? "" : tokens::pull_scope(resource);
}

bool is_no(const Error& error) {
  return error.code == Errc::denied || error.code == Errc::not_found;
}

// As somebody without a credential asks: what is public is everybody's.
Target anonymously(Target target) {
  static const auto kNobody = std::make_shared<const auth::Tenant>();
  target.as = kNobody;
  return target;
}

}  // namespace

std::optional<http::Response> TenantGate::refuse_ping(const http::Request& request) {
  const auto token = tokens::bearer_token(request.headers);
  if (token.ok() && !*token) return challenge(request, "");
  if (!token.ok()) return reject(request, "", kInvalidToken, token.error().context);
  const auto claims = parts_.verifier.verify(**token);
  if (claims.ok()) return {};
  return reject(request, "", kInvalidToken, claims.error().context);
}

std::optional<http::Response> TenantGate::refuse(const http::Request& request,
                                                 const RegistryPath& path, Target& target) {
  const std::string resource = resource_of(target);
  const auto caller = caller_of(request, resource);
  if (!caller.ok()) {
    return reject(request, resource, caller.error().cause, caller.error().context);
  }
  const tokens::Subject nobody;  // who a tenant is only his upstream knows
  const bool is_allowed =
      policy_allows(parts_.policy, nobody, caller->token_id, request, path, target);
  if (caller->tenant != nullptr) {
    target.admission->subject_kind = to_string(tokens::Subject::Kind::tenant);
    target.admission->subject = caller->tenant->id;
  }
  if (!is_allowed) return denied_reply();

  const Asked asked{request.peer, parts_.clock.now() + parts_.deadline};
  const Status in_public = may(path, anonymously(target), asked);
  if (in_public.ok()) return {};
  if (!caller->has_token) return challenge(request, resource);
  if (caller->tenant == nullptr) {
    if (is_no(in_public.error())) {
      return reject(request, resource, kInsufficientScope, in_public.error().context);
    }
    return registry::error_reply(path.kind, in_public.error());
  }
  target.as = caller->tenant;
  const Status allowed = may(path, target, asked);
  if (allowed.ok()) return {};
  if (allowed.error().code == Errc::denied) {
    return reject(request, resource, kInsufficientScope, allowed.error().context, target.as.get());
  }
  return registry::error_reply(path.kind, allowed.error());
}

// Returns: an error whose cause is the challenge's.
Result<TenantGate::Caller> TenantGate::caller_of(const http::Request& request,
                                                 const std::string& resource) {
  const auto token = tokens::bearer_token(request.headers);
  if (!token.ok()) return Error{Errc::denied, token.error().context, kInvalidToken};
  if (!*token) return Caller{};
  const auto claims = parts_.verifier.verify(**token);
  if (!claims.ok()) return Error{Errc::denied, claims.error().context, kInvalidToken};
  const auto& subject = (*claims)->subject;
  if (subject.kind != tokens::Subject::Kind::tenant) return Caller{true, nullptr, (*claims)->id};
  // What was shown for one repository is not tried on another.
  if (!tokens::allows((*claims)->access, resource, "pull")) {
    return Error{Errc::denied, "the token is for another repository", kInsufficientScope};
  }
  auto tenant = parts_.tenants.find(subject.name);
  if (tenant == nullptr) {  // he shows it again
    return Error{Errc::denied, "what the tenant showed is not known any more", kInvalidToken};
  }
  return Caller{true, std::move(tenant), (*claims)->id};
}

// Whether `target.as` may have it.
Status TenantGate::may(const RegistryPath& path, const Target& target, const Asked& asked) {
  const std::string resource = resource_of(target);
  const Question question{path, target, asked, resource, thing_of(path, resource), digest_of(path)};
  const auto subject = subject_of(target);
  const Standing of_all = parts_.grants.standing(subject, resource);
  if (of_all == Standing::refused) return Error{Errc::denied, "upstream refuses it"};
  const Standing of_thing = parts_.grants.standing(subject, question.thing);
  if (of_thing == Standing::refused) return Error{Errc::not_found, "upstream does not have it"};

  const bool is_inside = !question.digest || parts_.contents.holds(resource, *question.digest);
  const auto stands = [&](Standing standing) {
    return of_thing == standing || (of_all == standing && is_inside);
  };
  if (stands(Standing::fresh)) return {};
  Status answer = ask(question);
  if (answer.ok() || is_no(answer.error())) return answer;
  return stands(Standing::in_grace) ? Status() : answer;  // nobody can be asked
}

Status TenantGate::ask(const Question& question) {
  if (parts_.is_offline) {
    return Error{Errc::upstream_down, "offline: nobody can be asked whether it is allowed"};
  }
  const std::string subject(subject_of(question.target));
  const bool is_stranger = !subject.empty() && !parts_.tenants.is_proven(subject) &&
                           parts_.grants.standing(subject, question.resource) == Standing::unknown;
  if (is_stranger && !parts_.limits.may_ask(question.asked.peer)) {
    return Error{Errc::upstream_down, "too many credentials from there were refused a moment ago"};
  }
  Status asked = probe(question);
  if (asked.ok()) {
    note_granted(question);
  } else if (is_no(asked.error())) {
    note_refused(question, asked.error());
    if (is_stranger) parts_.limits.note_refused(question.asked.peer);
  }
  return asked;
}

Status TenantGate::probe(const Question& question) {
  const std::string key = std::string(subject_of(question.target)) + " " + question.thing;
  const MonoTime deadline = question.asked.deadline;
  const auto asked = probes_.run(key, deadline, [&]() -> Result<bool> {
    const Status probed = parts_.prober.probe(question.target, question.path, deadline);
    if (!probed.ok()) return probed.error();
    return true;
  });
  return asked.result.ok() ? Status() : Status(asked.result.error());
}

void TenantGate::note_granted(const Question& question) {
  const std::string subject(subject_of(question.target));
  const bool is_pull = is_a_pull(question.path);
  if (question.digest) parts_.contents.note(question.resource, *question.digest);
  if (is_pull || parts_.grants.standing(subject, question.resource) != Standing::fresh) {
    parts_.grants.grant(subject, is_pull ? question.resource : question.thing);
  }
  parts_.tenants.note_proven(subject);
}

void TenantGate::note_refused(const Question& question, const Error& error) {
  const auto subject = subject_of(question.target);
  const bool has_all = parts_.grants.standing(subject, question.resource) == Standing::fresh;
  // Of a repository that he may have, one thing may be another repository's, or for others.
  const bool is_about_all = error.code == Errc::denied &&
                            question.path.kind == RouteKind::manifest &&
                            !(has_all && question.digest);
  if (is_about_all) {
    parts_.grants.refuse(subject, question.resource,
                         subject.empty() ? parts_.private_for : Duration(kRefusedFor));
  } else {
    parts_.grants.refuse(subject, question.thing, kRefusedFor);
  }
}

http::Response TenantGate::challenge(const http::Request& request,
                                     const std::string& resource) const {
  return challenge_reply(request, {"", parts_.service, scope_of(resource), ""});
}

http::Response TenantGate::reject(const http::Request& request, const std::string& resource,
                                  std::string_view error, std::string_view cause,
                                  const auth::Tenant* tenant) const {
  TokenRejection rejection{.listener = request.listener,
                           .peer = request.peer,
                           .resource = resource,
                           .error = error,
                           .cause = cause};
  if (tenant != nullptr) {
    rejection.subject_kind = to_string(tokens::Subject::Kind::tenant);
    rejection.subject = tenant->id;
  }
  parts_.observer.token_rejected(rejection);
  return challenge_reply(request, {"", parts_.service, scope_of(resource), error});
}

}  // namespace larder::access
