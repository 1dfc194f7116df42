#include "daemon/upstream/quota.h"

#include <algorithm>

#include "daemon/upstream/retry_after.h"

namespace larder::upstream {

namespace {

constexpr std::uint64_t kRevalidationPercentMin = 20;
constexpr std::uint64_t kWarmPercentMin = 10;
constexpr std::uint64_t kAmplePercentMin = 30;

// Of an unknown limit anything is enough.
bool is_share(std::uint64_t left, const std::optional<std::uint64_t>& limit,
              std::uint64_t percent) {
  if (!limit) return left > 0;
  return static_cast<double>(left) * 100 >=
         static_cast<double>(*limit) * static_cast<double>(percent);
}

}  // namespace

std::optional<std::uint64_t> Quota::left(MonoTime now) const {
  if (resets_at) return now < *resets_at ? std::optional(remaining) : std::nullopt;
  const std::chrono::duration<double> elapsed = std::max(now - read_at, Duration(0));
  const std::chrono::duration<double> whole = window.value_or(kWindowAssumed);
  if (elapsed >= whole) return limit;
  if (!limit) return remaining;
  const auto back = static_cast<std::uint64_t>(static_cast<double>(*limit) * (elapsed / whole));
  return std::min(remaining + back, *limit);
}

bool Quota::may(Purpose purpose, MonoTime now) const {
  const auto left_now = left(now);
  if (!left_now) return true;
  switch (purpose) {
    case Purpose::revalidate:
      return is_share(*left_now, limit, kRevalidationPercentMin);
    case Purpose::warm:
      return is_share(*left_now, limit, kWarmPercentMin);
    case Purpose::pull:
      return *left_now > 0 || !resets_at || now >= pulls_again_at();
    case Purpose::blob:
    case Purpose::resume:
    case Purpose::trial:
    case Purpose::order:
      break;
  }
  return true;
}

MonoTime Quota::pulls_again_at() const {
  return std::min(*resets_at, read_at + kRetryAfterMax);
}

bool Quota::is_ample(MonoTime now) const {
  const auto left_now = left(now);
  return !left_now || is_share(*left_now, limit, kAmplePercentMin);
}

}  // namespace larder::upstream
