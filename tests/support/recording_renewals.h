// What renewals told their observer.
#pragma once

#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/auth/renewals.h"

namespace larder::testing {

class RecordingRenewals final : public auth::RenewalObserver {
 public:
  // "token ok 0 s", "ecr denied 10 s"
  void asked_for_credential(const std::string& upstream, const std::string& kind,
                            const Status& outcome, Duration pause) override {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(pause).count();
    const auto said = outcome.ok() ? "ok" : to_string(outcome.error().code);
    MutexLock lock(mutex_);
    upstreams_.push_back(upstream);
    told_.push_back(kind + " " + std::string(said) + " " + std::to_string(seconds) + " s");
  }
  std::vector<std::string> told() const {
    MutexLock lock(mutex_);
    return told_;
  }

  // Whose, of each that is told.
  std::vector<std::string> upstreams() const {
    MutexLock lock(mutex_);
    return upstreams_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> told_ GUARDED_BY(mutex_);
  std::vector<std::string> upstreams_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
