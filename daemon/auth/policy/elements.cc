#include "daemon/auth/policy/elements.h"

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

std::string_view named_by(Principal::Kind kind, const PolicyRequest& request) {
  const auto if_kind = [&](SubjectKind wanted) {
    return request.kind == wanted ? request.subject : std::string_view();
  };
  switch (kind) {
    case Principal::Kind::subject:
      return request.subject;
    case Principal::Kind::user:
      return if_kind(SubjectKind::user);
    case Principal::Kind::oidc:
      return if_kind(SubjectKind::oidc);
    case Principal::Kind::certificate:
      return if_kind(SubjectKind::certificate);
    case Principal::Kind::service_account:
      return request.service_account;
    case Principal::Kind::group:
      break;
  }
  return {};
}

bool is_principal(const Policy& policy, const Principal& principal, const PolicyRequest& request) {
  const auto covered = [&](std::string_view name) {
    return !name.empty() && policy.patterns.match(principal.patterns, name, request) == Match::yes;
  };
  if (principal.kind != Principal::Kind::group) return covered(named_by(principal.kind, request));
  return std::any_of(request.groups.begin(), request.groups.end(), covered);
}

bool text_compares(const Policy& policy, const Condition& condition, Effect effect,
                   std::string_view text, const PolicyRequest& request) {
  return settle(policy.patterns.match(condition.values, text, request), condition.op.negated,
                effect);
}

bool texts_compare(const Policy& policy, const Condition& condition, Effect effect,
                   const PolicyRequest& request) {
  const auto compares = [&](const std::string& text) {
    return text_compares(policy, condition, effect, text, request);
  };
  const auto& groups = request.groups;
  return condition.op.quantifier == Quantifier::any
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

bool value_compares(const Policy& policy, const Condition& condition, Effect effect,
                    const PolicyRequest& request) {
  const Operator& op = condition.op;
  switch (type_of(condition.key)) {
    case KeyType::text:
      return text_compares(policy, condition, effect, text_of(request, condition.key), request);
    case KeyType::texts:
      return texts_compare(policy, condition, effect, request);
    case KeyType::address: {
      const auto blocks = rows(policy.blocks, condition.values);
      return std::any_of(blocks.begin(), blocks.end(), [&](const IpBlock& block) {
               return block.contains(*request.source_ip);
             }) != op.negated;
    }
    case KeyType::time: {
      const auto times = rows(policy.times, condition.values);
      return std::any_of(times.begin(), times.end(), [&](WallTime time) {
               return time_compares(op.comparison, request.time, time);
             }) != op.negated;
    }
    case KeyType::boolean:
      break;
  }
  return request.is_secure ? condition.accepts_true : condition.accepts_false;
}

}  // namespace

bool covers_action(const Statement& statement, const PolicyRequest& request) {
  return (statement.actions & set_of(request.action)) != 0;
}

bool covers_principal(const Policy& policy, const Statement& statement,
                      const PolicyRequest& request) {
  if (statement.is_for_everybody) return true;
  if (request.kind == SubjectKind::anonymous) return statement.excepts_principals;
  const auto principals = rows(policy.principals, statement.principals);
  return std::any_of(principals.begin(), principals.end(), [&](const Principal& principal) {
           return is_principal(policy, principal, request);
         }) != statement.excepts_principals;
}

bool covers_resource(const Policy& policy, const Statement& statement,
                     const PolicyRequest& request) {
  return settle(policy.patterns.match(statement.resources, request.resource, request),
                statement.excepts_resources, statement.effect);
}

bool is_met(const Policy& policy, const Condition& condition, Effect effect,
            const PolicyRequest& request) {
  const bool missing = is_missing(request, condition.key);
  if (condition.op.comparison == Comparison::absent) {
    return missing ? condition.accepts_true : condition.accepts_false;
  }
  return missing ? is_met_without_key(condition.op)
                 : value_compares(policy, condition, effect, request);
}

}  // namespace larder::policy
