#include "daemon/access/listener_policy.h"

#include <utility>

#include "daemon/auth/policy/address.h"

namespace larder::access {

namespace {

policy::SubjectKind kind_of(tokens::Subject::Kind kind) {
  switch (kind) {
    case tokens::Subject::Kind::user:
      return policy::SubjectKind::user;
    case tokens::Subject::Kind::service_account:
      return policy::SubjectKind::service_account;
    case tokens::Subject::Kind::oidc:
      return policy::SubjectKind::oidc;
    case tokens::Subject::Kind::certificate:
      return policy::SubjectKind::certificate;
    default:  // of a tenant nothing is known but what upstream gives him
      return policy::SubjectKind::anonymous;
  }
}

}  // namespace

ListenerPolicy::Verdict ListenerPolicy::allows(const Question& question) const {
  if (file_ == nullptr) return {};
  const Decided decided = decide(question);
  std::string reason = policy::describe(*decided.policy, decided.decision);
  tell(question, decided, reason);
  if (decided.decision.is_allowed()) return {true, std::move(reason)};
  return {is_dry_run_, is_dry_run_ ? "dry run: " + reason : std::move(reason)};
}

ListenerPolicy::Decided ListenerPolicy::decide(const Question& question) const {
  const tokens::Subject& subject = question.subject;
  const bool is_tenant = subject.kind == tokens::Subject::Kind::tenant;
  const std::string account = subject.namespace_name + "/" + subject.service_account;
  policy::PolicyRequest request;
  request.action = question.action;
  request.resource = question.resource;
  request.kind = kind_of(subject.kind);
  if (!is_tenant) request.subject = subject.name;
  request.issuer = subject.issuer;
  request.kube_namespace = subject.namespace_name;
  if (!subject.service_account.empty()) request.service_account = account;
  request.groups = subject.groups;
  request.listener = listener_;
  request.source_ip = policy::address_of_peer(question.peer);
  request.is_secure = question.is_secure;
  request.is_from_anywhere = question.is_from_anywhere;
  request.time = clock_.wall();
  auto policy = file_->current();
  const auto decision = policy::decide(*policy, request);
  return {std::move(policy), decision};
}

void ListenerPolicy::tell(const Question& question, const Decided& decided,
                          std::string_view reason) const {
  const tokens::Subject& subject = question.subject;
  observer_.policy_decided({.listener = listener_,
                            .subject_kind = tokens::to_string(subject.kind),
                            .subject = subject.name,
                            .issuer = subject.issuer,
                            .groups = subject.groups,
                            .peer = question.peer,
                            .is_secure = question.is_secure,
                            .action = policy::to_string(question.action),
                            .resource = question.resource,
                            .reference = question.reference,
                            .is_allowed = decided.decision.is_allowed(),
                            .is_dry_run = is_dry_run_,
                            .reason = reason});
}

void ListenerPolicy::maintain() {
  if (file_ != nullptr) file_->current();
}

// Clients ask for "pull" whatever they are about to read, and what they read is decided when they
// do.
bool ListenerPolicy::may(const tokens::AccessQuestion& question) const {
  if (question.type != "repository" || question.action != "pull") return false;
  if (file_ == nullptr) return true;
  Question told{.subject = question.subject,
                .resource = question.name,
                .peer = question.peer,
                .is_secure = question.is_secure,
                .is_from_anywhere = question.is_from_anywhere};
  Decided decided = decide(told);
  for (const auto action : {policy::Action::list, policy::Action::referrers}) {
    if (decided.decision.is_allowed()) break;
    Question other = told;
    other.action = action;
    if (Decided read = decide(other); read.decision.is_allowed()) {
      decided = std::move(read);
      told.action = action;
    }
  }
  tell(told, decided, policy::describe(*decided.policy, decided.decision));
  return decided.decision.is_allowed() || is_dry_run_;
}

}  // namespace larder::access
