// The circuit breaker of one endpoint: who may ask it, as a pure state machine.
//
// closed --no answer at all since it was asked, three troubles in a row, a pause asked for--> open
// open --its time is over--> half-open: a trial asks (endpoint_care.h), all others are refused
//   until it ends
// half-open --an answer--> closed;  --trouble--> open, for twice as long
//
// Until a request that is no trial has had its whole answer, one trouble opens it again, as long as
// a failed trial would: what answers a trial may still fail at all else.
// Time and chance come in with the events. Requests under way when the state changed say nothing
// about the new one, and of many that failed together one counts.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "daemon/upstream/retry_after.h"
#include "daemon/upstream/verdict.h"

namespace larder::upstream {

inline constexpr std::chrono::seconds kBackoffMin{1};
inline constexpr std::chrono::seconds kBackoffMax{60};
inline constexpr double kBackoffJitter = 0.2;  // either way
inline constexpr double kPauseJitter = 0.1;    // longer, never shorter
// No pause is longer; kRetryAfterMax with its jitter.
inline constexpr Duration kPauseMax = Duration(kRetryAfterMax) * 11 / 10;
// After a 429 that does not say for how long.
inline constexpr std::chrono::seconds kPauseMin{5};
inline constexpr unsigned kTroublesMax = 3;  // in a row: then it opens
// A trial that has not begun by then will not: nobody has wanted the endpoint for long. Then all
// may ask.
inline constexpr std::chrono::seconds kTrialWait{2};

enum class BreakerState { closed, open, half_open };

// "closed", "open", "half-open".
const char* to_string(BreakerState state);

// How long an endpoint that wants a pause is left alone. A pause of nothing would make us ask in a
// circle; all nodes may have been told the same moment. `jitter` is -1 .. 1.
// Requires: Sign::wants_pause.
Duration pause_of(const Verdict& verdict, double jitter);

// How much a request insists.
enum class Claim {
  none,   // it asks only while the breaker is closed, or half-open and left alone
  trial,  // half-open, it is the one that tries, for all
  extra,  // it passes all but a pause asked for: an operator's, or the rest of a running transfer
};

class Breaker {
 public:
  // The right to ask, to be handed back with ended().
  struct Turn {
    std::uint64_t number = 0;
    bool is_extra = false;  // past an open breaker
    bool is_trial = false;  // of a half-open one
  };

  // What a restart must not forget.
  struct Memory {
    bool is_open = false;
    bool is_pause = false;  // asked for by the endpoint
    Duration age{0};        // for how long it has been open
    Duration wait{0};       // from now until it may be tried
    unsigned level = 0;     // how often it has opened without an answer between
    std::string why{};
  };

  // Nothing: refused, see until() and why().
  std::optional<Turn> admit(MonoTime now, Claim claim);
  // Whether admit() would refuse.
  bool refuses(MonoTime now, Claim claim) const;

  // Half-open, and nobody is trying.
  bool wants_trial(MonoTime now) const;

  // It answers, though not what was tried: one request may find out more. Nothing happens after a
  // pause that was asked for, or while somebody is trying.
  void let_one_in(MonoTime now);

  // A head came that is an answer. What comes after it may still go wrong.
  void answered(const Turn& turn, MonoTime now);
  // Exactly once for each turn. `jitter` is -1 .. 1.
  void ended(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter);

  BreakerState state(MonoTime now) const;
  MonoTime since() const { return since_; }  // it opened or closed
  // When it may be tried, open or half-open.
  MonoTime until() const { return until_; }
  const std::string& why() const { return why_; }
  bool is_pause() const { return is_pause_; }  // open because the endpoint asked for it
  // Half-open, and a trial is under way.
  bool is_tried() const { return trial_.has_value(); }

  Memory memory(MonoTime now) const;
  // Requires: no turn has been given. A wait longer than an opening can last is cut; after one that
  // is over already, all may ask.
  void restore(const Memory& memory, MonoTime now);

 private:
  void close(const Turn& turn, MonoTime now);
  void count_trouble(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter);
  bool is_dead(const Turn& turn, const Verdict& verdict) const;
  void pause(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter);
  void pause_until(MonoTime until, const std::string& why, MonoTime now);
  void back_off(const Verdict& verdict, MonoTime now, Duration at_least, double jitter);
  void open(const std::string& why, MonoTime now, MonoTime until, bool is_pause);
  bool is_of_this_state(const Turn& turn) const { return turn.number >= state_from_; }

  bool is_open_ = false;
  bool is_pause_ = false;
  MonoTime since_{};
  MonoTime until_{};
  std::string why_;
  unsigned level_ = 0;
  unsigned troubles_ = 0;         // in a row
  bool is_on_probation_ = false;  // closed, and no whole answer but a trial's since
  bool lets_one_in_ = false;      // half-open: the next request tries, whoever it is
  std::optional<std::uint64_t> trial_;

  std::uint64_t next_turn_ = 0;
  std::uint64_t state_from_ = 0;    // the first turn that was given in this state
  std::uint64_t trouble_from_ = 0;  // the first turn that was given after the last trouble
  // The first turn that was given after the last answer.
  std::uint64_t answered_until_ = 0;
};

}  // namespace larder::upstream
