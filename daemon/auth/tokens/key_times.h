// When a signing key signs and how long it verifies: the rules of rotation, without keys or files.
//
// A key is made and published `lead` before it signs, so that whoever caches the key set knows it
// by then; it signs until the next one does; it verifies until the last token it signed has ended.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "cache/base/clock.h"

namespace larder::tokens {

struct RotationRules {
  std::chrono::seconds period{std::chrono::hours(30 * 24)};  // that a key signs
  std::chrono::seconds lead{std::chrono::hours(24)};
  std::chrono::seconds token_life_max{std::chrono::hours(24)};  // of whatever the keys sign
};

struct KeyTimes {
  // Nothing: the file's author keeps the keys, and the first of them signs.
  std::optional<WallTime> signs_from;
};

// Which of the keys signs at `now`. Requires: at least one.
std::size_t signing_key_index(const std::vector<KeyTimes>& keys, WallTime now);

struct RotationPlan {
  std::optional<WallTime> next_signs_from;  // a key is to be made that signs from then on
  std::vector<std::size_t> ended;           // in ascending order

  bool is_empty() const { return !next_signs_from && ended.empty(); }
  bool operator==(const RotationPlan&) const = default;
};
// Empty for keys that somebody else keeps.
RotationPlan rotation_plan(const std::vector<KeyTimes>& keys, const RotationRules& rules,
                           WallTime now);

}  // namespace larder::tokens
