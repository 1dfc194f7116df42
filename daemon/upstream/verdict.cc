#include "daemon/upstream/verdict.h"

#include "daemon/auth/exchanger.h"
#include "daemon/upstream/health_refusal.h"
#include "daemon/upstream/retry_after.h"

namespace larder::upstream {

namespace {

bool is_fair_complaint(const Error& error, const Chance& chance) {
  if (error.code == Errc::timeout) return !chance.allowed || *chance.allowed >= kFairChance;
  return error.code == Errc::upstream_down;  // else: we were told to stop, or it is our own trouble
}

bool is_ample(const Chance& chance) {
  // A share of a deadline is always a little less than it says.
  return !chance.was_heard && (!chance.allowed || *chance.allowed >= chance.connect * 9 / 10);
}

Verdict without_answer(const Error& error, const Chance& chance) {
  if (!is_fair_complaint(error, chance)) return {};
  const bool is_late = error.code == Errc::timeout && !is_ample(chance);
  return {is_late ? Sign::broken : Sign::unreachable, error.context};
}

Verdict broken_off(const Exchanged& exchange) {
  const Error& error = exchange.outcome.error();
  if (exchange.body_bytes >= kProgressBytes) return {};
  if (!is_fair_complaint(error, exchange.chance)) return {};
  return {Sign::broken, error.context};
}

Verdict pause_wanted(int status, const Result<std::chrono::seconds>& pause) {
  Verdict verdict{Sign::wants_pause, "HTTP " + std::to_string(status)};
  if (!pause) return verdict;
  verdict.pause = *pause;
  verdict.why += ", Retry-After " + std::to_string(pause->count()) + " s";
  return verdict;
}

}  // namespace

Verdict judge_head(const http::ResponseHead& head, WallTime now) {
  if (head.status == 429 || head.status == 503) {
    const auto pause = parse_retry_after(head.headers.find("Retry-After").value_or(""), now);
    if (head.status == 429 || pause) return pause_wanted(head.status, pause);
  }
  if (head.status >= 500 && head.status != 501) {
    return {Sign::server_error, "HTTP " + std::to_string(head.status)};
  }
  return {Sign::answered};
}

Verdict judge(const Exchanged& exchange, WallTime now) {
  if (!exchange.head) {
    if (exchange.outcome) return {};
    return without_answer(exchange.outcome.error(), exchange.chance);
  }
  auto verdict = judge_head(*exchange.head, now);
  if (verdict.sign != Sign::answered || exchange.outcome) return verdict;
  return broken_off(exchange);
}

Verdict judge_token(const Error& error, const Chance& chance) {
  const bool is_left_alone = error.cause == kBreakerCause;
  if (error.code == Errc::denied || is_left_alone) return {Sign::answered};
  if (error.cause == auth::kUselessAnswerCause) return {Sign::server_error, error.context};
  return without_answer(error, chance);
}

}  // namespace larder::upstream
