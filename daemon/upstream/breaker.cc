#include "daemon/upstream/breaker.h"

#include <algorithm>
#include <cmath>

namespace larder::upstream {

Duration pause_of(const Verdict& verdict, double jitter) {
  const auto asked =
      std::clamp<Duration>(verdict.pause.value_or(kPauseMin), kBackoffMin, kRetryAfterMax);
  const double longer = kPauseJitter * std::clamp(std::abs(jitter), 0.0, 1.0);
  return asked + std::chrono::duration_cast<Duration>(asked * longer);
}

namespace {

constexpr unsigned kLevelMax = 6;  // 2^6 s is beyond kBackoffMax

Duration jittered(Duration wait, double jitter) {
  const double factor = 1 + kBackoffJitter * std::clamp(jitter, -1.0, 1.0);
  return std::chrono::duration_cast<Duration>(wait * factor);
}

Duration backoff(unsigned level, double jitter) {
  const auto wait = kBackoffMin * (1 << std::min(level, kLevelMax));
  return jittered(std::min(wait, kBackoffMax), jitter);
}

Duration longest_wait(bool is_pause) {
  return is_pause ? kPauseMax : jittered(kBackoffMax, 1);
}

}  // namespace

const char* to_string(BreakerState state) {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::open:
      return "open";
    case BreakerState::half_open:
      return "half-open";
  }
  return "closed";
}

BreakerState Breaker::state(MonoTime now) const {
  if (!is_open_) return BreakerState::closed;
  return now < until_ ? BreakerState::open : BreakerState::half_open;
}

bool Breaker::refuses(MonoTime now, Claim claim) const {
  switch (state(now)) {
    case BreakerState::closed:
      return false;
    case BreakerState::open:
      return is_pause_ || claim != Claim::extra;
    case BreakerState::half_open:
      return claim != Claim::extra &&
             (is_tried() || (claim == Claim::none && !lets_one_in_ && now < until_ + kTrialWait));
  }
  return false;
}

bool Breaker::wants_trial(MonoTime now) const {
  return state(now) == BreakerState::half_open && !is_tried() && !lets_one_in_;
}

void Breaker::let_one_in(MonoTime now) {
  if (!is_open_ || is_pause_ || is_tried()) return;
  lets_one_in_ = true;
  until_ = std::min(until_, now);
}

std::optional<Breaker::Turn> Breaker::admit(MonoTime now, Claim claim) {
  if (refuses(now, claim)) return std::nullopt;
  Turn turn{next_turn_++};
  turn.is_extra = is_open_ && claim == Claim::extra;
  turn.is_trial = is_open_ && claim == Claim::trial;
  if (turn.is_trial || (is_open_ && claim == Claim::none && lets_one_in_)) trial_ = turn.number;
  return turn;
}

void Breaker::answered(const Turn& turn, MonoTime now) {
  answered_until_ = next_turn_;
  // A head past an open breaker may be the last of it: transfers go on with one that breaks often.
  if (is_open_ && is_of_this_state(turn) && !turn.is_extra) close(turn, now);
}

void Breaker::ended(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter) {
  if (trial_ == turn.number) trial_.reset();
  switch (verdict.sign) {
    case Sign::nothing:
      return;
    case Sign::answered:
      answered(turn, now);
      if (is_open_ && is_of_this_state(turn)) close(turn, now);
      // It says nothing about what comes after it.
      if (is_open_ || turn.is_trial || !is_of_this_state(turn)) return;
      troubles_ = 0;
      level_ = 0;
      is_on_probation_ = false;
      return;
    case Sign::wants_pause:
      return pause(turn, verdict, now, jitter);
    case Sign::unreachable:
    case Sign::server_error:
    case Sign::broken:
      return count_trouble(turn, verdict, now, jitter);
  }
}

// The turn that closes belongs to the new state too: what comes of its body counts.
void Breaker::close(const Turn& turn, MonoTime now) {
  is_open_ = false;
  is_pause_ = false;
  since_ = now;
  troubles_ = 0;
  is_on_probation_ = true;
  lets_one_in_ = false;
  trial_.reset();
  state_from_ = turn.number;
}

void Breaker::count_trouble(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter) {
  // An attempt past an open breaker prolongs nothing.
  if (!is_of_this_state(turn) || turn.is_extra) return;
  if (!is_open_ && !is_on_probation_ && !is_dead(turn, verdict)) {
    if (turn.number < trouble_from_) return;
    trouble_from_ = next_turn_;
    if (++troubles_ < kTroublesMax) return;
  }
  back_off(verdict, now, Duration(0), jitter);
}

// Nobody has heard of it since it was asked: one lost connection among many that work is a trouble
// like others.
bool Breaker::is_dead(const Turn& turn, const Verdict& verdict) const {
  return verdict.sign == Sign::unreachable && turn.number >= answered_until_;
}

void Breaker::pause(const Turn& turn, const Verdict& verdict, MonoTime now, double jitter) {
  if (!verdict.pause) {
    if (is_of_this_state(turn) && !turn.is_extra) back_off(verdict, now, kPauseMin, jitter);
    return;
  }
  pause_until(now + pause_of(verdict, jitter), verdict.why, now);
}

// Whoever was told so, it holds for all, and the latest moment counts.
void Breaker::pause_until(MonoTime until, const std::string& why, MonoTime now) {
  if (is_open_ && is_pause_ && until <= until_) return;
  open(why, now, std::max(until, is_open_ ? until_ : now), /*is_pause=*/true);
}

void Breaker::back_off(const Verdict& verdict, MonoTime now, Duration at_least, double jitter) {
  const auto wait = std::max(backoff(level_, jitter), at_least);
  level_ = std::min(level_ + 1, kLevelMax);
  open(verdict.why, now, now + wait, /*is_pause=*/false);
}

void Breaker::open(const std::string& why, MonoTime now, MonoTime until, bool is_pause) {
  if (!is_open_) since_ = now;
  is_open_ = true;
  is_pause_ = is_pause;
  until_ = until;
  why_ = why;
  lets_one_in_ = false;
  trial_.reset();
  state_from_ = next_turn_;
  trouble_from_ = next_turn_;
}

Breaker::Memory Breaker::memory(MonoTime now) const {
  if (!is_open_) return {};
  return {true, is_pause_, now - since_, std::max(until_ - now, Duration(0)), level_, why_};
}

void Breaker::restore(const Memory& memory, MonoTime now) {
  if (!memory.is_open) return;
  const bool is_over = memory.wait <= Duration(0);
  const Duration wait =
      is_over ? -Duration(kTrialWait) : std::min(memory.wait, longest_wait(memory.is_pause));
  level_ = std::min(memory.level, kLevelMax);
  open(memory.why, now, now + wait, memory.is_pause);
  since_ = now - std::max(memory.age, Duration(0));
}

}  // namespace larder::upstream
