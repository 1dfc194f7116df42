// The query of a request target: names and values, percent-encoded (RFC 3986).
//
// "+" is a plus: nobody who asks Larder fills in forms.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/result.h"

namespace larder::http {

// The parts of a target: what is before the first "?", and what follows it.
struct TargetParts {
  std::string_view path;
  std::string_view query;
};
TargetParts split_target(std::string_view target);

// Returns: invalid for a "%" without two hexadecimal digits.
Result<std::string> percent_decoded(std::string_view text);
// Everything but letters, digits and "-._~" becomes %XX, so that it can stand in any part.
std::string percent_encoded(std::string_view text);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;
// In order, decoded; empty ones ("a&&b") are left out, and a name without "=" has an empty value.
Result<QueryParameters> parse_query(std::string_view query);

// The first value of `name`; nothing when absent.
std::optional<std::string> find_parameter(const QueryParameters& parameters, std::string_view name);

}  // namespace larder::http
