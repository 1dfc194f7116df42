// The health of one endpoint: whether it may be asked now, what it still lets us have, how quick
// it is.
//
// Whoever asks the endpoint takes a Permit first, shows it what comes of each exchange with the
// endpoint itself, and drops it; a redirect's other host is no concern of it. A permit that is
// dropped without a verdict gives its turn back. What a tenant's permit sees tells that the
// endpoint is well, never that it is not: it may be his credential's doing. Thread-safety: any
// thread; a Permit one thread at a time. Blocks: no (a short lock).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/renewal_facts.h"
#include "daemon/http/client.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/breaker.h"
#include "daemon/upstream/health_refusal.h"
#include "daemon/upstream/health_report.h"
#include "daemon/upstream/quota.h"
#include "daemon/upstream/verdict.h"

namespace larder::upstream {

// -1 .. 1, from any thread.
using Jitter = std::function<double()>;
double random_jitter();

// In whose name the endpoint is asked.
enum class Asker {
  larder,
  tenant,  // or nobody's, on behalf of whoever shows no credential
};

class EndpointHealth {
 public:
  class Permit;

  // Clock and observer must outlive this. `url` is without credentials; `connect` is the deadline
  // within which the endpoint can be connected to when it is well.
  EndpointHealth(std::string url, Clock& clock, HealthObserver& observer,
                 Jitter jitter = random_jitter, Duration connect = kConnectAssumed);

  // The right to send one request, redirects and token exchange included; `has_token`: none of the
  // latter will be needed.
  // Returns: upstream_down when it is not to be asked now; the context, one line, names the
  // endpoint, why, and until when.
  Result<Permit> admit(Purpose purpose, bool has_token = false, Asker asker = Asker::larder);
  // Whether admit() would refuse whoever has a token. That somebody wants it is noted.
  bool refuses(Purpose purpose);
  // What admit() would return; nothing when it would not refuse.
  std::optional<Error> refusal(Purpose purpose, bool has_token) const;

  // Whether a trial would help somebody: it is half-open, not tried, and has been wanted lately; or
  // it failed in a tenant's name.
  bool wants_trial() const;

  // As Breaker has it.
  void let_one_in();

  // The endpoint's token server asks to be left alone: so is the endpoint by those without a token.
  void tokens_paused(const Verdict& verdict);
  // Why that server is not to be asked now.
  std::optional<Error> token_refusal() const;

  // Which credentials `upstream` holds for it now. What it held before a restart is remembered
  // until its end.
  void note_credentials(const std::string& upstream, std::vector<auth::RenewalFacts> held);

  const std::string& url() const { return url_; }
  // The time to a response's head, smoothed, and when it was measured last.
  struct Latency {
    Duration smoothed{0};
    MonoTime measured_at{};
  };
  std::optional<Latency> latency() const;
  // When an exchange began last.
  std::optional<MonoTime> asked_at() const;
  HealthReport report() const;

  // What a restart must not forget, as text; nothing when it has not changed since the last time
  // in a way that is worth a write: quota and credentials' ends are, every kSaveInterval, or
  // `at_close`.
  std::optional<std::string> take_unsaved(bool at_close);
  // The text could not be saved: it counts as changed again.
  void not_saved();
  // Requires: no permit has been given.
  // Returns: not_found when `text` is another endpoint's, invalid when it is none of
  // take_unsaved(); nothing has changed.
  Status restore(const std::string& text);

  static constexpr std::chrono::seconds kSaveInterval{30};
  // One that nobody has wanted for so long is left alone.
  static constexpr std::chrono::minutes kWantedLately{5};

 private:
  struct Before {
    bool is_open = false;
    MonoTime until{};
  };
  // What happened under the lock, told after it.
  struct News {
    std::optional<HealthEvent> breaker;
    std::optional<HealthEvent> quota;
    HealthReport report;
  };

  void begun();
  void answered(const Breaker::Turn& turn);
  void measured(const http::ResponseHead& head, Duration latency, Asker asker);
  void doubt();
  void ended(const Breaker::Turn& turn, const Verdict& verdict);

  std::optional<Error> refusal_at(Purpose purpose, bool has_token, const Moment& now) const
      REQUIRES(mutex_);
  std::optional<Error> token_refusal_at(const Moment& now) const REQUIRES(mutex_);
  Before before_change(MonoTime now) const REQUIRES(mutex_);
  News news_since(const Before& before, MonoTime now) REQUIRES(mutex_);
  HealthReport report_at(MonoTime now) const REQUIRES(mutex_);
  void tell(const News& news);

  const std::string url_;
  Clock& clock_;
  HealthObserver& observer_;
  const Jitter jitter_;
  const Duration connect_;

  mutable Mutex mutex_;
  Breaker breaker_ GUARDED_BY(mutex_);
  std::optional<Quota> quota_ GUARDED_BY(mutex_);
  bool is_quota_low_ GUARDED_BY(mutex_) = false;
  std::optional<Latency> latency_ GUARDED_BY(mutex_);
  std::optional<TokenPause> token_pause_ GUARDED_BY(mutex_);
  std::optional<MonoTime> asked_at_ GUARDED_BY(mutex_);
  std::optional<MonoTime> wanted_at_ GUARDED_BY(mutex_);
  bool is_doubted_ GUARDED_BY(mutex_) = false;  // it failed in a tenant's name
  bool breaker_unsaved_ GUARDED_BY(mutex_) = false;
  std::vector<auth::RenewalFacts> credentials_ GUARDED_BY(mutex_);
  bool rest_unsaved_ GUARDED_BY(mutex_) = false;
  std::optional<MonoTime> saved_at_ GUARDED_BY(mutex_);
};

// Move-only; must not outlive its EndpointHealth.
class EndpointHealth::Permit {
 public:
  Permit(EndpointHealth& health, Breaker::Turn turn, Asker asker)
      : health_(&health), turn_(turn), asker_(asker), chance_{.connect = health.connect_} {}
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&&) = delete;
  ~Permit();  // as ended(Sign::nothing) when it has not ended

  // An exchange with the endpoint begins that may take until `deadline`.
  void begins(std::optional<MonoTime> deadline);
  // Its head came. `is_last_word`: no challenge that will be answered.
  void head(const http::ResponseHead& head, bool is_last_word);
  // The exchange was the last word, or none came.
  void ended(std::uint64_t body_bytes, const Status& outcome);
  // No token could be had.
  void token_failed(const Error& error);

 private:
  void end(const Verdict& verdict);

  EndpointHealth* health_;  // null once it has ended; not owned
  Breaker::Turn turn_;
  Asker asker_;
  MonoTime began_at_{};
  Chance chance_;
  std::optional<http::ResponseHead> head_;
};

}  // namespace larder::upstream
