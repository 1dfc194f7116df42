// What an upstream still lets us have, as it told us last, and who may use the rest.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "cache/base/clock.h"
#include "daemon/upstream/ask.h"

namespace larder::upstream {

// A quota that says nothing about time is taken for one of this window: when it runs low, we might
// otherwise never ask again and so never learn that it has recovered.
inline constexpr std::chrono::seconds kWindowAssumed = std::chrono::hours(1);

// No window or reset is believed to be longer, for the same reason.
inline constexpr std::chrono::seconds kQuotaMemoryMax = std::chrono::hours(24);

struct Quota {
  std::uint64_t remaining = 0;           // at `read_at`
  std::optional<std::uint64_t> limit{};  // above 0
  // Over which what was used comes back.
  std::optional<std::chrono::seconds> window{};
  std::optional<MonoTime> resets_at{};  // then all of it is back
  MonoTime read_at{};

  // What is left by now: as read until `resets_at`; without one it grows back evenly over the
  // window. Nothing: unknown.
  std::optional<std::uint64_t> left(MonoTime now) const;

  // Whether a request may use what is left. Revalidation stops below a fifth of the limit, warm-up
  // below a tenth, pulls only when nothing is left, a reset is known and not yet reached, and no
  // hour has passed since somebody was told so: what is not asked is never told of a mistake.
  // Blobs never stop: registries count manifests, and one that counts otherwise answers 429.
  bool may(Purpose purpose, MonoTime now) const;

  // When pulls may go on. Requires: resets_at.
  MonoTime pulls_again_at() const;

  // Whether revalidation has stopped.
  bool is_low(MonoTime now) const { return !may(Purpose::revalidate, now); }
  // Whether there is clearly more than that again: what hovers around the mark is not news.
  bool is_ample(MonoTime now) const;

  bool operator==(const Quota&) const = default;
};

}  // namespace larder::upstream
