// An issuer's public keys, kept: fetched when first needed, again after a while, and when a token
// names a key that is not among them. An issuer that cannot be reached leaves the last good ones.
//
// One thread fetches at a time, the others go on with what there is; those that need a key nobody
// has yet wait for it, a few of them: anybody can name such a key, and each that waits is a thread.
// Thread-safety: any thread. Blocks: find() while keys are fetched, at most `fetch_limit`.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/jwk_set.h"
#include "daemon/auth/tokens/jwks_source.h"

namespace larder::tokens {

struct IssuerKeysRules {
  std::chrono::seconds refresh_after{3600};
  // Whatever comes: an unknown kid costs nobody more than one request in so long.
  std::chrono::seconds refresh_interval{10};
  std::chrono::milliseconds fetch_limit{5000};
  int waiting_max = 8;  // who comes then is told at once that the keys are not to be had
};

// For keys in a file, where looking costs nothing.
inline constexpr IssuerKeysRules kFileKeysRules{std::chrono::seconds(10), std::chrono::seconds(10)};

class IssuerKeys {
 public:
  // `source` and `clock` must outlive it.
  IssuerKeys(IssuerKeysRules rules, JwksSource& source, Clock& clock);

  // A set that knows `kid`. Returns: denied when the issuer's keys are known and it is not among
  // them; the source's error, as upstream_down or timeout, when they have never been had.
  Result<std::shared_ptr<const JwkSet>> find(std::string_view kid) EXCLUDES(mutex_);

  // How the last fetch ended, for a log line; ok before the first.
  Status last_fetch() const EXCLUDES(mutex_);

 private:
  // False: too many wait already.
  bool wait_for_fetch(MonoTime give_up) REQUIRES(mutex_);
  bool is_due(bool knows) const REQUIRES(mutex_);
  void fetch() EXCLUDES(mutex_);

  const IssuerKeysRules rules_;
  JwksSource& source_;
  Clock& clock_;
  mutable Mutex mutex_;
  CondVar fetched_;
  std::shared_ptr<const JwkSet> set_ GUARDED_BY(mutex_);  // null until one was had
  bool fetching_ GUARDED_BY(mutex_) = false;
  int waiting_ GUARDED_BY(mutex_) = 0;
  bool ever_tried_ GUARDED_BY(mutex_) = false;
  MonoTime tried_ GUARDED_BY(mutex_){};
  MonoTime had_ GUARDED_BY(mutex_){};
  Status last_ GUARDED_BY(mutex_){};
};

}  // namespace larder::tokens
