// Signatures of requests that were answered, for as long as they are good: who has recorded a
// request that was not encrypted must not get an answer of his own.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/auth/digests.h"

namespace larder::access {

class UsedSignatures {
 public:
  // As many as a node answers in half an hour at 36 a second. Only who has a good key gets here.
  static constexpr std::size_t kSignaturesMax = 65536;

  // `clock` must outlive this.
  explicit UsedSignatures(const Clock& clock, std::size_t signatures_max = kSignaturesMax)
      : clock_(clock), signatures_max_(signatures_max) {}

  // False when it was used before, or when there are too many to tell.
  bool use(std::string_view signature);

 private:
  void forget_old() REQUIRES(mutex_);

  const Clock& clock_;
  const std::size_t signatures_max_;
  Mutex mutex_;
  std::unordered_set<auth::Sum, auth::SumHash> used_ GUARDED_BY(mutex_);
  std::list<std::pair<MonoTime, auth::Sum>> order_ GUARDED_BY(mutex_);  // the oldest first
};

}  // namespace larder::access
