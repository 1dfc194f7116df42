#include "daemon/auth/tokens/key_times.h"

#include <algorithm>

#include "cache/base/check.h"

namespace larder::tokens {

namespace {

// Tokens are still taken for so long after their end, elsewhere more than here.
constexpr std::chrono::minutes kLeeway{5};

bool is_kept_by_others(const std::vector<KeyTimes>& keys) {
  return std::any_of(keys.begin(), keys.end(), [](const auto& key) { return !key.signs_from; });
}

// When the key after `key` begins to sign; nothing while there is none.
std::optional<WallTime> superseded_at(const std::vector<KeyTimes>& keys, const KeyTimes& key) {
  std::optional<WallTime> next;
  for (const auto& other : keys) {
    if (*other.signs_from <= *key.signs_from) continue;
    if (!next || *other.signs_from < *next) next = *other.signs_from;
  }
  return next;
}

}  // namespace

std::size_t signing_key_index(const std::vector<KeyTimes>& keys, WallTime now) {
  CHECK(!keys.empty());
  if (is_kept_by_others(keys)) return 0;
  std::size_t best = 0;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto begins = *keys[i].signs_from;
    const auto best_begins = *keys[best].signs_from;
    const bool signs = begins <= now;
    const bool best_signs = best_begins <= now;
    // The latest that may; before any may, as after the clock was set back, the earliest.
    if (signs ? (!best_signs || begins > best_begins) : (!best_signs && begins < best_begins)) {
      best = i;
    }
  }
  return best;
}

RotationPlan rotation_plan(const std::vector<KeyTimes>& keys, const RotationRules& rules,
                           WallTime now) {
  RotationPlan plan;
  if (keys.empty()) {
    plan.next_signs_from = now;
    return plan;
  }
  if (is_kept_by_others(keys)) return plan;
  WallTime last = *keys.front().signs_from;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    last = std::max(last, *keys[i].signs_from);
    const auto superseded = superseded_at(keys, keys[i]);
    if (superseded && now > *superseded + rules.token_life_max + kLeeway) plan.ended.push_back(i);
  }
  if (now >= last + rules.period - rules.lead) {
    plan.next_signs_from = std::max(last + rules.period, now + rules.lead);
  }
  return plan;
}

}  // namespace larder::tokens
