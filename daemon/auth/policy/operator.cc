#include "daemon/auth/policy/operator.h"

#include <algorithm>
#include <array>

namespace larder::policy {

namespace {

struct Name {
  std::string_view name;
  Operator op;
};

constexpr Operator comparing(Comparison comparison, bool negated = false,
                             bool ignores_case = false) {
  return {comparison, negated, ignores_case, false, Quantifier::none};
}

constexpr std::array kOperatorNames{
    Name{"StringEquals", comparing(Comparison::text)},
    Name{"StringNotEquals", comparing(Comparison::text, true)},
    Name{"StringEqualsIgnoreCase", comparing(Comparison::text, false, true)},
    Name{"StringNotEqualsIgnoreCase", comparing(Comparison::text, true, true)},
    Name{"StringLike", comparing(Comparison::text_like)},
    Name{"StringNotLike", comparing(Comparison::text_like, true)},
    Name{"IpAddress", comparing(Comparison::address)},
    Name{"NotIpAddress", comparing(Comparison::address, true)},
    Name{"DateEquals", comparing(Comparison::time_equal)},
    Name{"DateNotEquals", comparing(Comparison::time_equal, true)},
    Name{"DateLessThan", comparing(Comparison::time_before)},
    Name{"DateLessThanEquals", comparing(Comparison::time_not_after)},
    Name{"DateGreaterThan", comparing(Comparison::time_after)},
    Name{"DateGreaterThanEquals", comparing(Comparison::time_not_before)},
    Name{"Bool", comparing(Comparison::boolean)},
    Name{"Null", comparing(Comparison::absent)},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool compares_text(const Operator& op) {
  return op.comparison == Comparison::text || op.comparison == Comparison::text_like;
}

}  // namespace

std::optional<Operator> find_operator(std::string_view name) {
  Quantifier quantifier = Quantifier::none;
  if (take_prefix(name, "ForAnyValue:"))
    quantifier = Quantifier::any;
  else if (take_prefix(name, "ForAllValues:"))
    quantifier = Quantifier::all;
  const bool if_exists = take_suffix(name, "IfExists");
  const auto* const found = std::find_if(kOperatorNames.begin(), kOperatorNames.end(),
                                         [&](const Name& n) { return n.name == name; });
  if (found == kOperatorNames.end()) return std::nullopt;
  if (if_exists && found->op.comparison == Comparison::absent) return std::nullopt;
  if (quantifier != Quantifier::none && !compares_text(found->op)) return std::nullopt;
  Operator op = found->op;
  op.if_exists = if_exists;
  op.quantifier = quantifier;
  return op;
}

std::string names_of_operators() {
  std::string names;
  for (const Name& name : kOperatorNames) names.append(names.empty() ? "" : ", ").append(name.name);
  return names;
}

bool goes_with(const Operator& op, KeyType type) {
  switch (op.comparison) {
    case Comparison::text:
    case Comparison::text_like:
      return type == (op.quantifier == Quantifier::none ? KeyType::text : KeyType::texts);
    case Comparison::address:
      return type == KeyType::address;
    case Comparison::time_equal:
    case Comparison::time_before:
    case Comparison::time_not_after:
    case Comparison::time_after:
    case Comparison::time_not_before:
      return type == KeyType::time;
    case Comparison::boolean:
      return type == KeyType::boolean;
    case Comparison::absent:
      return true;
  }
  return false;
}

}  // namespace larder::policy
