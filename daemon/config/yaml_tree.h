// The text of a config file as a tree of plain values, each with its line.
//
// The seam to yaml-cpp: no type and no exception of it leaves yaml_tree.cc. Limits keep hostile
// input (deep nesting, aliases of aliases) from costing more than a few megabytes. Thread-safety:
// functions of their arguments. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/problems.h"

namespace larder::config {

inline constexpr std::size_t kConfigBytesMax = 1024 * 1024;
inline constexpr std::size_t kConfigDepthMax = 16;  // the contract needs 7

struct YamlEntry;

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping };

  Kind kind = Kind::null;
  int line = 1;
  std::string text;                // of a scalar
  bool is_quoted = false;          // a scalar in quotes is never a boolean
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping, in order, repeated keys included
};

struct YamlEntry {
  std::string key;
  int line = 1;
  YamlNode value;
};

// Nothing, and at least one problem added, when `text` is not one YAML document within the limits.
// An empty text is a null node.
std::optional<YamlNode> read_yaml(std::string_view text, Problems& problems);

}  // namespace larder::config
