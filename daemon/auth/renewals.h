// What expires and is got again before it does: tokens, and credentials that clouds lend.
//
// A credential is given out until its end. From half its life on it is got anew behind the back of
// who uses it, by renew_due(); when that fails it is tried again after growing pauses, and the old
// one goes on until its end. Several threads that want one that is not there share one exchange.
// Thread-safety: any thread. Blocks: get() and renew_due() on what is asked.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/credential.h"

namespace larder::auth {

// What renewals tell about themselves. Thread-safety: called from any thread. Must not block.
class RenewalObserver {
 public:
  virtual ~RenewalObserver() = default;
  // A credential of `kind` ("token", "ecr") for `upstream` was asked for, at first or anew.
  // `pause`: until it is tried again behind the back of who uses the old one.
  virtual void asked_for_credential(const std::string& upstream, const std::string& kind,
                                    const Status& outcome, Duration pause) = 0;
};

// After the n-th failure in a row, n from 1: 10 s, then twice as long each time, 5 min at most.
Duration renewal_pause(unsigned failures);

// Whose what is kept is.
enum class Keeping {
  own,   // got anew before it ends, and told of
  lent,  // a tenant's: dropped kLentIdleMax after its last use, never asked for but by him, and
         // nobody's news
};

inline constexpr std::chrono::minutes kLentIdleMax{15};

class Renewals {
 public:
  struct Granted {
    Credential credential;
    MonoTime expires;
  };
  using Ask = std::function<Result<Granted>(std::optional<MonoTime>, const std::stop_token&)>;

  // Credentials kept at once; then the one goes that was used longest ago.
  static constexpr std::size_t kKeysMax = 1024;

  // `upstream`: whose credentials these are; empty: each key is an upstream. `clock` and
  // `observer` must outlive this.
  Renewals(std::string kind, Clock& clock, RenewalObserver& observer, std::string upstream = {},
           Keeping keeping = Keeping::own)
      : kind_(std::move(kind)),
        upstream_(std::move(upstream)),
        keeping_(keeping),
        clock_(clock),
        observer_(observer) {}

  // Never blocks.
  std::optional<Credential> known(const std::string& key);

  // What is known, or what `ask` gives, which is kept for the next time.
  // Returns: as ask; timeout or cancelled while another thread asks.
  Result<Credential> get(const std::string& key, const Ask& ask, std::optional<MonoTime> deadline,
                         const std::stop_token& stop);

  // Nobody gets `credential` any more. What another thread has got in its place stays.
  void forget(const std::string& key, const Credential& credential);

  // Whether one that was used since it came is past half its life, and no pause holds.
  bool wants_renewal() const;
  // Asks anew for all of those, `limit` at most for each.
  void renew_due(Duration limit, const std::stop_token& stop);

  // What nobody will be given any more leaves the memory; call it each second. Returns how many.
  std::size_t drop_ended();

  // Of those that have not ended, by key.
  std::vector<RenewalFacts> facts() const;

 private:
  struct Entry {
    Granted granted;
    Ask ask;  // none for what is lent: it holds the tenant's password
    MonoTime renew_at;
    MonoTime used_at;
    WallTime ends{};
    bool used = false;  // since it was granted
    unsigned failures = 0;
    std::string why{};  // of the last failure
    WallTime again_at{};
  };
  struct Pending;

  std::optional<Credential> find(const std::string& key) REQUIRES(mutex_);
  bool is_over(const Entry& entry, MonoTime now) const;
  bool is_due(const Entry& entry, MonoTime now) const;
  std::pair<std::shared_ptr<Pending>, bool> join_or_lead(const std::string& key);
  std::optional<Result<Credential>> lead(const std::string& key, const Ask& ask, Pending& pending,
                                         std::optional<MonoTime> deadline,
                                         const std::stop_token& stop);
  std::optional<Result<Credential>> wait(Pending& pending, std::optional<MonoTime> deadline,
                                         const std::stop_token& stop);
  void keep(const std::string& key, const Granted& granted, const Ask& ask) REQUIRES(mutex_);
  std::optional<std::pair<std::string, Ask>> take_due();
  Duration note_failure(const std::string& key, const Error& why);
  const std::string& upstream_of(const std::string& key) const {
    return upstream_.empty() ? key : upstream_;
  }
  void tell(const std::string& key, const Status& outcome, Duration pause);

  const std::string kind_;
  const std::string upstream_;
  const Keeping keeping_;
  Clock& clock_;
  RenewalObserver& observer_;
  mutable Mutex mutex_;
  CondVar settled_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);
  // Being asked for; shared by the thread that asks and those that wait for it.
  std::map<std::string, std::shared_ptr<Pending>> pending_ GUARDED_BY(mutex_);
};

}  // namespace larder::auth
