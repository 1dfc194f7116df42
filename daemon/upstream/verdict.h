// What one exchange says about the health of the endpoint it was with.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/client.h"

namespace larder::upstream {

enum class Sign {
  answered,      // it works; what it said is another matter
  unreachable,   // no answer at all: DNS, connect, TLS, no head in time, no token to be had
  server_error,  // 5xx but 501, or a token server's answer without a token
  broken,        // the answer broke off or stalled, or took longer than we had time for
  wants_pause,   // it asks to be left alone: 429, or 503 with a Retry-After
  nothing,       // it ended for reasons of our own
};

struct Verdict {
  Sign sign = Sign::nothing;
  std::string why{};                            // one line for a human; empty when it is healthy
  std::optional<std::chrono::seconds> pause{};  // asked for; only with wants_pause

  bool operator==(const Verdict&) const = default;
};

// An answer that brought so much before it broke off is no sign of a sick endpoint: the next
// request goes on where it ended, and must not be refused.
inline constexpr std::uint64_t kProgressBytes = 1024 * 1024;

// A request that may take no longer than this has no right to complain when it does.
inline constexpr std::chrono::milliseconds kFairChance{100};

// Until an endpoint must have answered at all: the client's connect deadline, unless told.
inline constexpr std::chrono::seconds kConnectAssumed{1};

// What chance it had to answer. A timeout is the endpoint's death only when it had the time to
// connect, or nearly so, and has been silent altogether; otherwise it is a trouble.
struct Chance {
  std::optional<Duration> allowed{};  // how long it might take at most
  Duration connect = kConnectAssumed;
  bool was_heard = false;  // an earlier exchange for the same request brought a head
};

// An exchange with the endpoint itself: its head, nothing when none came, and how it ended.
struct Exchanged {
  std::optional<http::ResponseHead> head;
  std::uint64_t body_bytes = 0;
  Chance chance;
  Status outcome;
};
Verdict judge(const Exchanged& exchange, WallTime now);

// What a head says by itself, before the body: answered, or a trouble that the end will confirm.
Verdict judge_head(const http::ResponseHead& head, WallTime now);

// No token could be had from the endpoint's token server; the endpoint itself has answered.
Verdict judge_token(const Error& error, const Chance& chance);

}  // namespace larder::upstream
