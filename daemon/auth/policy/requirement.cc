#include "daemon/auth/policy/requirement.h"

#include <algorithm>
#include <span>

namespace larder::policy {

namespace {

template <class T>
std::span<const T> rows(const std::vector<T>& table, Range range) {
  return {table.data() + range.first, range.count};
}

bool settle(Match match, bool negated, Effect effect) {
  if (match == Match::unknown) return negated && effect == Effect::deny;
  return (match == Match::yes) != negated;
}

std::string_view named_by(Principal::Kind kind, const Facts& facts) {
  const auto if_kind = [&](SubjectKind wanted) {
    return facts.request.kind == wanted ? facts.request.subject : std::string_view();
  };
  switch (kind) {
    case Principal::Kind::subject:
      return facts.request.subject;
    case Principal::Kind::user:
      return if_kind(SubjectKind::user);
    case Principal::Kind::oidc:
      return if_kind(SubjectKind::oidc);
    case Principal::Kind::certificate:
      return if_kind(SubjectKind::certificate);
    case Principal::Kind::service_account:
      return facts.request.service_account;
    case Principal::Kind::group:
      break;
  }
  return {};
}

bool is_principal(const Policy& policy, const Principal& principal, const Facts& facts) {
  const auto covered = [&](std::string_view name) {
    return !name.empty() && policy.patterns.match(principal.patterns, name, facts) == Match::yes;
  };
  if (principal.kind != Principal::Kind::group) return covered(named_by(principal.kind, facts));
  return std::any_of(facts.request.groups.begin(), facts.request.groups.end(), covered);
}

bool text_compares(const Policy& policy, const Requirement& requirement, std::string_view text,
                   const Facts& facts) {
  return settle(policy.patterns.match(requirement.rows, text, facts), requirement.op.negated,
                requirement.effect);
}

bool texts_compare(const Policy& policy, const Requirement& requirement, const Facts& facts) {
  const auto compares = [&](const std::string& text) {
    return text_compares(policy, requirement, text, facts);
  };
  const auto& groups = facts.request.groups;
  return requirement.op.quantifier == Quantifier::any
             ? std::any_of(groups.begin(), groups.end(), compares)
             : std::all_of(groups.begin(), groups.end(), compares);
}

bool time_compares(Comparison comparison, WallTime time, WallTime value) {
  switch (comparison) {
    case Comparison::time_before:
      return time < value;
    case Comparison::time_not_after:
      return time <= value;
    case Comparison::time_after:
      return time > value;
    case Comparison::time_not_before:
      return time >= value;
    default:
      return time == value;
  }
}

// What IAM says of a key that a request lacks: IfExists makes it true, and so does negation; of
// several values none is there to compare.
bool is_met_without_key(const Operator& op) {
  if (op.if_exists) return true;
  if (op.quantifier != Quantifier::none) return op.quantifier == Quantifier::all;
  return op.negated;
}

bool is_from_block(const Policy& policy, const Requirement& requirement, IpAddress address) {
  const auto blocks = rows(policy.blocks, requirement.rows);
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const IpBlock& block) { return block.contains(address); });
}

bool any_time_compares(const Policy& policy, const Requirement& requirement, WallTime now) {
  const auto times = rows(policy.times, requirement.rows);
  return std::any_of(times.begin(), times.end(), [&](WallTime time) {
    return time_compares(requirement.op.comparison, now, time);
  });
}

// Of a key that the request has.
bool value_compares(const Policy& policy, const Requirement& requirement, const Facts& facts) {
  const Operator& op = requirement.op;
  switch (op.comparison) {
    case Comparison::text:
    case Comparison::text_like:
      return op.quantifier == Quantifier::none
                 ? text_compares(policy, requirement, facts.text_of(requirement.key), facts)
                 : texts_compare(policy, requirement, facts);
    case Comparison::address:
      return is_from_block(policy, requirement, *facts.request.source_ip) != op.negated;
    case Comparison::boolean:
      return facts.request.is_secure ? requirement.accepts_true : requirement.accepts_false;
    default:
      return any_time_compares(policy, requirement, facts.request.time) != op.negated;
  }
}

bool names_subject(const Policy& policy, const Requirement& requirement, const Facts& facts) {
  if (facts.request.kind == SubjectKind::anonymous) return requirement.negated;
  const auto principals = rows(policy.principals, requirement.rows);
  return std::any_of(principals.begin(), principals.end(), [&](const Principal& principal) {
           return is_principal(policy, principal, facts);
         }) != requirement.negated;
}

bool is_of_place(ConditionKey key) {
  return key == ConditionKey::source_ip || key == ConditionKey::secure_transport;
}

bool condition_is_met(const Policy& policy, const Requirement& requirement, const Facts& facts) {
  if (facts.request.is_from_anywhere && is_of_place(requirement.key)) {
    return requirement.effect == Effect::allow;
  }
  const bool missing = facts.is_missing(requirement.key);
  if (requirement.op.comparison == Comparison::absent) {
    return missing ? requirement.accepts_true : requirement.accepts_false;
  }
  return missing ? is_met_without_key(requirement.op) : value_compares(policy, requirement, facts);
}

}  // namespace

bool is_met(const Policy& policy, const Requirement& requirement, const Facts& facts) {
  switch (requirement.kind) {
    case Requirement::Kind::principal:
      return names_subject(policy, requirement, facts);
    case Requirement::Kind::resource:
      return settle(policy.patterns.match(requirement.rows, facts.request.resource, facts),
                    requirement.negated, requirement.effect);
    case Requirement::Kind::condition:
      break;
  }
  return condition_is_met(policy, requirement, facts);
}

}  // namespace larder::policy
