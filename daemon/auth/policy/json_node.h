// A JSON document that remembers its lines, read strictly: a name twice in one object is a problem,
// for it would be silently lost.
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/auth/policy/problems.h"

namespace larder::policy {

inline constexpr std::size_t kJsonDepthMax = 8;

struct JsonNode {
  enum class Kind { object, array, text, boolean, other };

  Kind kind = Kind::other;
  int line = 1;
  std::string name{};  // of a member of an object
  std::string text{};  // of Kind::text; how a boolean, a number or null is spelled
  std::vector<JsonNode> children{};

  const JsonNode* find(std::string_view member) const;
  // How a problem shows it: "an object", "a list", "\"text\"", "12".
  std::string shown() const;
};

// Nothing, and a problem, for what is no JSON, or nested deeper than kJsonDepthMax.
std::optional<JsonNode> parse_json(std::string_view json, Problems& problems);

}  // namespace larder::policy
