#include "daemon/access/listener_policy.h"

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

bool ListenerPolicy::allows(const Question& question) const {
  if (file_ == nullptr) return true;
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
  request.time = clock_.wall();
  const auto policy = file_->current();
  const auto decision = policy::decide(*policy, request);
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
                            .is_allowed = decision.is_allowed(),
                            .is_dry_run = is_dry_run_,
                            .reason = policy::describe(*policy, decision)});
  return decision.is_allowed() || is_dry_run_;
}

void ListenerPolicy::maintain() {
  if (file_ != nullptr) file_->current();
}

bool ListenerPolicy::may(const tokens::AccessQuestion& question) const {
  if (question.type != "repository" || question.action != "pull") return false;
  return allows(
      {question.subject, policy::Action::pull, question.name, question.peer, question.is_secure});
}

}  // namespace larder::access
