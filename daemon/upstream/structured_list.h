// Lists of structured fields (RFC 9651), as far as rate-limit headers need them.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::upstream {

// `100;w=60` or `"default";r=50;t=30`.
struct ListItem {
  std::string value;  // a string's without its quotes
  std::vector<std::pair<std::string, std::string>> parameters{};

  // The parameter's number; nothing when it is absent or none.
  std::optional<std::uint64_t> number(std::string_view name) const;

  bool operator==(const ListItem&) const = default;
};

inline constexpr std::size_t kListItemsMax = 16;  // more are no list for us

// Items separated by commas. Nothing for an empty or malformed list.
std::optional<std::vector<ListItem>> parse_list(std::string_view text);

// 1 to 15 digits, as structured fields have it, and nothing else.
std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace larder::upstream
