#include "daemon/upstream/endpoint_health.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "daemon/upstream/quota_headers.h"
#include "daemon/upstream/saved_health.h"

namespace larder::upstream {

namespace {

// How much of the smoothed latency a new measurement is.
constexpr double kLatencyWeight = 0.25;

auto name_of(const auth::RenewalFacts& credential) {
  return std::tie(credential.upstream, credential.kind, credential.of);
}

// `held` by `upstream`, and of what was `known` before: other upstreams', and what a restart lost.
std::vector<auth::RenewalFacts> with_others(std::vector<auth::RenewalFacts> held,
                                            const std::string& upstream,
                                            const std::vector<auth::RenewalFacts>& known,
                                            WallTime now) {
  const auto is_replaced = [held](const auth::RenewalFacts& one) {
    return std::any_of(held.begin(), held.end(),
                       [&](const auto& other) { return name_of(one) == name_of(other); });
  };
  for (const auto& one : known) {
    if (one.ends <= now || (one.is_held && one.upstream == upstream)) continue;
    if (!is_replaced(one)) held.push_back(one);
  }
  std::sort(held.begin(), held.end(),
            [](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
  return held;
}

}  // namespace

double random_jitter() {
  constexpr std::uint32_t kSteps = 2001;
  return static_cast<double>(arc4random_uniform(kSteps)) / 1000 - 1;
}

EndpointHealth::EndpointHealth(std::string url, Clock& clock, HealthObserver& observer,
                               Jitter jitter, Duration connect)
    : url_(std::move(url)),
      clock_(clock),
      observer_(observer),
      jitter_(std::move(jitter)),
      connect_(connect) {}

Result<EndpointHealth::Permit> EndpointHealth::admit(Purpose purpose, bool has_token, Asker asker) {
  const Moment now = now_of(clock_);
  MutexLock lock(mutex_);
  if (purpose != Purpose::trial) wanted_at_ = now.mono;
  if (purpose == Purpose::trial) is_doubted_ = false;
  auto refused = refusal_at(purpose, has_token, now);
  if (refused) return *std::move(refused);
  const auto turn = breaker_.admit(now.mono, claim_of(purpose));
  CHECK(turn);
  return Permit(*this, *turn, asker);
}

bool EndpointHealth::refuses(Purpose purpose) {
  const MonoTime now = clock_.now();
  MutexLock lock(mutex_);
  wanted_at_ = now;
  return breaker_.refuses(now, claim_of(purpose)) || (quota_ && !quota_->may(purpose, now));
}

std::optional<Error> EndpointHealth::refusal(Purpose purpose, bool has_token) const {
  const Moment now = now_of(clock_);
  MutexLock lock(mutex_);
  return refusal_at(purpose, has_token, now);
}

std::optional<Error> EndpointHealth::refusal_at(Purpose purpose, bool has_token,
                                                const Moment& now) const {
  auto refused = health_refusal(url_, breaker_, quota_, purpose, now);
  return refused || has_token ? refused : token_refusal_at(now);
}

bool EndpointHealth::wants_trial() const {
  const MonoTime now = clock_.now();
  MutexLock lock(mutex_);
  const bool is_doubted = is_doubted_ && breaker_.state(now) == BreakerState::closed;
  return (is_doubted || breaker_.wants_trial(now)) && wanted_at_ &&
         now - *wanted_at_ <= kWantedLately;
}

std::optional<EndpointHealth::Latency> EndpointHealth::latency() const {
  MutexLock lock(mutex_);
  return latency_;
}

void EndpointHealth::let_one_in() {
  const MonoTime now = clock_.now();
  MutexLock lock(mutex_);
  breaker_.let_one_in(now);
}

std::optional<MonoTime> EndpointHealth::asked_at() const {
  MutexLock lock(mutex_);
  return asked_at_;
}

HealthReport EndpointHealth::report() const {
  const MonoTime now = clock_.now();
  MutexLock lock(mutex_);
  return report_at(now);
}

HealthReport EndpointHealth::report_at(MonoTime now) const {
  const Moment moment{now, clock_.wall()};
  HealthReport report{.url = url_, .state = breaker_.state(now)};
  if (breaker_.since() != MonoTime{}) report.since = moment.wall_of(breaker_.since());
  if (report.state != BreakerState::closed) report.reason = breaker_.why();
  if (report.state == BreakerState::open) {
    report.until = moment.wall_of(breaker_.until());
    report.is_pause = breaker_.is_pause();
  }
  if (const auto left = quota_ ? quota_->left(now) : std::nullopt) {
    report.quota = {.remaining = *left, .limit = quota_->limit};
    if (quota_->resets_at) report.quota->resets_at = moment.wall_of(*quota_->resets_at);
  }
  if (token_pause_ && token_pause_->until > now) {
    report.tokens_paused = {moment.wall_of(token_pause_->until), token_pause_->why};
  }
  if (latency_) {
    report.latency = std::chrono::duration_cast<std::chrono::microseconds>(latency_->smoothed);
  }
  report.credentials = credentials_;
  return report;
}

void EndpointHealth::begun() {
  const MonoTime now = clock_.now();
  MutexLock lock(mutex_);
  asked_at_ = now;
}

void EndpointHealth::answered(const Breaker::Turn& turn) {
  const MonoTime now = clock_.now();
  News news;
  {
    MutexLock lock(mutex_);
    const Before before = before_change(now);
    breaker_.answered(turn, now);
    news = news_since(before, now);
  }
  tell(news);
}

void EndpointHealth::measured(const http::ResponseHead& head, Duration latency, Asker asker) {
  const Moment now = now_of(clock_);
  const auto quota = asker == Asker::larder ? parse_quota(head.headers, now) : std::nullopt;
  News news;
  {
    MutexLock lock(mutex_);
    const Before before = before_change(now.mono);
    if (latency_) {
      latency = std::chrono::duration_cast<Duration>(latency * kLatencyWeight +
                                                     latency_->smoothed * (1 - kLatencyWeight));
    }
    latency_ = {latency, now.mono};
    if (quota) quota_ = quota;
    rest_unsaved_ = rest_unsaved_ || quota.has_value();
    news = news_since(before, now.mono);
  }
  tell(news);
}

void EndpointHealth::ended(const Breaker::Turn& turn, const Verdict& verdict) {
  const MonoTime now = clock_.now();
  const double jitter = jitter_();
  News news;
  {
    MutexLock lock(mutex_);
    const Before before = before_change(now);
    breaker_.ended(turn, verdict, now, jitter);
    news = news_since(before, now);
  }
  tell(news);
}

// Whoever was told so, it holds for all, and the latest moment counts.
void EndpointHealth::tokens_paused(const Verdict& verdict) {
  const Moment now = now_of(clock_);
  const TokenPause pause{now.mono + pause_of(verdict, jitter_()), verdict.why};
  News news;
  {
    MutexLock lock(mutex_);
    if (token_pause_ && token_pause_->until >= pause.until) return;
    const bool is_news = !token_pause_ || token_pause_->until <= now.mono;
    token_pause_ = pause;
    breaker_unsaved_ = true;
    if (is_news) news.breaker = HealthEvent::tokens_paused;
    news.report = report_at(now.mono);
  }
  tell(news);
}

std::optional<Error> EndpointHealth::token_refusal() const {
  const Moment now = now_of(clock_);
  MutexLock lock(mutex_);
  return token_refusal_at(now);
}

std::optional<Error> EndpointHealth::token_refusal_at(const Moment& now) const {
  if (!token_pause_ || token_pause_->until <= now.mono) return std::nullopt;
  return upstream::token_refusal(url_, *token_pause_, now);
}

void EndpointHealth::note_credentials(const std::string& upstream,
                                      std::vector<auth::RenewalFacts> held) {
  const WallTime now = clock_.wall();
  MutexLock lock(mutex_);
  auto all = with_others(std::move(held), upstream, credentials_, now);
  if (all == credentials_) return;
  credentials_ = std::move(all);
  rest_unsaved_ = true;
}

EndpointHealth::Before EndpointHealth::before_change(MonoTime now) const {
  return {breaker_.state(now) != BreakerState::closed, breaker_.until()};
}

EndpointHealth::News EndpointHealth::news_since(const Before& before, MonoTime now) {
  News news;
  const bool is_open = breaker_.state(now) != BreakerState::closed;
  if (is_open && breaker_.until() != before.until) {
    news.breaker = before.is_open ? HealthEvent::reopened : HealthEvent::opened;
  } else if (before.is_open && !is_open) {
    news.breaker = HealthEvent::closed;
  }
  if (quota_ && !is_quota_low_ && quota_->is_low(now)) {
    news.quota = HealthEvent::quota_low;
    is_quota_low_ = true;
  } else if (quota_ && is_quota_low_ && quota_->is_ample(now)) {
    news.quota = HealthEvent::quota_recovered;
    is_quota_low_ = false;
  }
  breaker_unsaved_ = breaker_unsaved_ || news.breaker.has_value();
  if (news.breaker || news.quota) news.report = report_at(now);
  return news;
}

void EndpointHealth::tell(const News& news) {
  if (news.breaker) observer_.health_changed(*news.breaker, news.report);
  if (news.quota) observer_.health_changed(*news.quota, news.report);
}

std::optional<std::string> EndpointHealth::take_unsaved(bool at_close) {
  const Moment now = now_of(clock_);
  SavedHealth saved;
  {
    MutexLock lock(mutex_);
    const bool is_rest_due =
        rest_unsaved_ && (at_close || !saved_at_ || now.mono - *saved_at_ >= kSaveInterval);
    if (!breaker_unsaved_ && !is_rest_due) return std::nullopt;
    breaker_unsaved_ = false;
    rest_unsaved_ = false;
    saved_at_ = now.mono;
    saved = {url_, breaker_.memory(now.mono), quota_, token_pause_, credentials_};
    if (token_pause_ && token_pause_->until <= now.mono) saved.token_pause.reset();
  }
  return to_text(saved, now);
}

void EndpointHealth::not_saved() {
  MutexLock lock(mutex_);
  breaker_unsaved_ = true;
}

Status EndpointHealth::restore(const std::string& text) {
  const Moment now = now_of(clock_);
  const auto saved = parse_saved_health(text, now);
  if (!saved) return saved.error();
  if (saved->url != url_) return Error{Errc::not_found, "the saved health of " + saved->url};
  MutexLock lock(mutex_);
  wanted_at_ = now.mono;  // somebody has asked for what is restored
  breaker_.restore(saved->breaker, now.mono);
  quota_ = saved->quota;
  token_pause_ = saved->token_pause;
  credentials_ = saved->credentials;
  is_quota_low_ = quota_ && quota_->is_low(now.mono);
  return {};
}

}  // namespace larder::upstream
