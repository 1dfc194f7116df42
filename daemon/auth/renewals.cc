#include "daemon/auth/renewals.h"

#include <algorithm>
#include <chrono>

namespace larder::auth {

namespace {

constexpr std::chrono::seconds kPauseMin{10};
constexpr std::chrono::seconds kPauseMax{300};

// Whether an error says something about the caller only: another may have more time.
bool is_callers_own(const Error& error, const std::optional<MonoTime>& deadline, MonoTime now) {
  if (error.code == Errc::cancelled) return true;
  return error.code == Errc::timeout && deadline && now >= *deadline;
}

}  // namespace

Duration renewal_pause(unsigned failures) {
  const unsigned doublings = std::min(failures, 6U);
  return std::min<Duration>(kPauseMin * (1 << doublings) / 2, kPauseMax);
}

// An exchange under way. The members are guarded by the mutex of who has it.
struct Renewals::Pending {
  bool done = false;
  std::optional<Result<Credential>> outcome;  // nothing: its leader gave up, another must lead
};

std::optional<Credential> Renewals::known(const std::string& key) {
  MutexLock lock(mutex_);
  return find(key);
}

std::optional<Credential> Renewals::find(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const MonoTime now = clock_.now();
  if (is_over(found->second, now)) {
    entries_.erase(found);
    return std::nullopt;
  }
  found->second.used = true;
  found->second.used_at = now;
  return found->second.granted.credential;
}

bool Renewals::is_over(const Entry& entry, MonoTime now) const {
  return now >= entry.granted.expires ||
         (keeping_ == Keeping::lent && now - entry.used_at >= kLentIdleMax);
}

bool Renewals::is_due(const Entry& entry, MonoTime now) const {
  return entry.ask && entry.used && entry.renew_at <= now && now < entry.granted.expires;
}

std::size_t Renewals::drop_ended() {
  MutexLock lock(mutex_);
  const MonoTime now = clock_.now();
  return std::erase_if(entries_, [&](const auto& one) { return is_over(one.second, now); });
}

void Renewals::forget(const std::string& key, const Credential& credential) {
  MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.granted.credential == credential) {
    entries_.erase(found);
  }
}

Result<Credential> Renewals::get(const std::string& key, const Ask& ask,
                                 std::optional<MonoTime> deadline, const std::stop_token& stop) {
  while (true) {
    if (auto credential = known(key)) return *std::move(credential);
    auto [pending, leads] = join_or_lead(key);
    auto outcome =
        leads ? lead(key, ask, *pending, deadline, stop) : wait(*pending, deadline, stop);
    if (outcome) return *std::move(outcome);
  }
}

std::pair<std::shared_ptr<Renewals::Pending>, bool> Renewals::join_or_lead(const std::string& key) {
  MutexLock lock(mutex_);
  auto& pending = pending_[key];
  if (pending != nullptr) return {pending, false};
  pending = std::make_shared<Pending>();
  return {pending, true};
}

std::optional<Result<Credential>> Renewals::lead(const std::string& key, const Ask& ask,
                                                 Pending& pending, std::optional<MonoTime> deadline,
                                                 const std::stop_token& stop) {
  const auto asked = ask(deadline, stop);
  tell(key, asked.ok() ? Status() : Status(asked.error()), {});
  const Result<Credential> outcome =
      asked.ok() ? Result<Credential>(asked->credential) : Result<Credential>(asked.error());
  MutexLock lock(mutex_);
  if (asked.ok()) keep(key, *asked, ask);
  if (asked.ok() || !is_callers_own(asked.error(), deadline, clock_.now()))
    pending.outcome = outcome;
  pending.done = true;
  pending_.erase(key);
  settled_.notify_all();
  return outcome;
}

std::optional<Result<Credential>> Renewals::wait(Pending& pending, std::optional<MonoTime> deadline,
                                                 const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    settled_.notify_all();
  });
  MutexLock lock(mutex_);
  while (!pending.done) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "stopped"};
    if (!deadline) {
      settled_.wait(mutex_);
    } else if (!settled_.wait_until(mutex_, *deadline) && !pending.done) {
      return Error{Errc::timeout, "total deadline passed while another request asks for the token"};
    }
  }
  return pending.outcome;
}

void Renewals::keep(const std::string& key, const Granted& granted, const Ask& ask) {
  if (entries_.size() >= kKeysMax && entries_.count(key) == 0) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.used_at < b.second.used_at; }));
  }
  const MonoTime now = clock_.now();
  const Duration left = granted.expires - now;
  entries_[key] = {granted, keeping_ == Keeping::own ? ask : Ask(), now + left / 2, now,
                   clock_.wall() + left};
}

bool Renewals::wants_renewal() const {
  MutexLock lock(mutex_);
  const MonoTime now = clock_.now();
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const auto& one) { return is_due(one.second, now); });
}

// What is due; it is nobody else's for a pause.
std::optional<std::pair<std::string, Renewals::Ask>> Renewals::take_due() {
  MutexLock lock(mutex_);
  const MonoTime now = clock_.now();
  for (auto& [key, entry] : entries_) {
    if (!is_due(entry, now)) continue;
    entry.renew_at = now + renewal_pause(entry.failures + 1);
    return std::pair(key, entry.ask);
  }
  return std::nullopt;
}

void Renewals::renew_due(Duration limit, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto due = take_due();
    if (!due) return;
    const auto& [key, ask] = *due;
    const auto renewed = ask(clock_.now() + limit, stop);
    if (renewed.ok()) {
      tell(key, {}, {});
      MutexLock lock(mutex_);
      keep(key, *renewed, ask);
    } else {
      tell(key, renewed.error(), note_failure(key, renewed.error()));
    }
  }
}

Duration Renewals::note_failure(const std::string& key, const Error& why) {
  MutexLock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  Entry& entry = found->second;
  const Duration pause = renewal_pause(++entry.failures);
  entry.renew_at = clock_.now() + pause;
  entry.again_at = clock_.wall() + pause;
  entry.why = why.context;
  return pause;
}

void Renewals::tell(const std::string& key, const Status& outcome, Duration pause) {
  if (keeping_ == Keeping::lent) return;
  observer_.asked_for_credential(upstream_of(key), kind_, outcome, pause);
}

std::vector<RenewalFacts> Renewals::facts() const {
  MutexLock lock(mutex_);
  const MonoTime now = clock_.now();
  std::vector<RenewalFacts> facts;
  for (const auto& [key, entry] : entries_) {
    if (now >= entry.granted.expires) continue;
    facts.push_back({upstream_of(key), kind_, key, entry.ends});
    if (entry.failures == 0) continue;
    facts.back().pause = renewal_pause(entry.failures);
    facts.back().again_at = entry.again_at;
    facts.back().why = entry.why;
  }
  return facts;
}

}  // namespace larder::auth
