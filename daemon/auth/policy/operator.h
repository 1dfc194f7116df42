// The operators of conditions (IAM user guide, "Condition operators"): what a condition's key is
// compared by.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/auth/policy/condition_key.h"

namespace larder::policy {

enum class Comparison : std::uint8_t {
  text,       // equal
  text_like,  // * and ? are wildcards
  address,    // in a block
  time_equal,
  time_before,
  time_not_after,
  time_after,
  time_not_before,
  boolean,
  absent,  // Null
};

// How the several values that a request has for one key count.
enum class Quantifier : std::uint8_t { none, any, all };

struct Operator {
  Comparison comparison = Comparison::text;
  bool negated = false;  // true where no value compares
  bool ignores_case = false;
  bool if_exists = false;  // a request without the key meets it
  Quantifier quantifier = Quantifier::none;

  bool operator==(const Operator&) const = default;
};

// "StringNotLike", "IpAddressIfExists", "ForAnyValue:StringEquals". Nothing for what is none;
// Null has neither IfExists nor a quantifier, and only those of texts have a quantifier.
std::optional<Operator> find_operator(std::string_view name);

// The names, without what may stand before and behind them.
std::string names_of_operators();

bool goes_with(const Operator& op, KeyType type);

}  // namespace larder::policy
