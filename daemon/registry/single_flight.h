// Runs a question once for everybody who asks it at the same time.
//
// The first caller runs it on its own thread, the others wait for its answer, until their deadline.
// Thread-safety: any thread. Blocks: as long as the question, at most until `deadline`.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"

namespace larder::registry {

template <class T>
class SingleFlight {
 public:
  struct Answer {
    Result<T> result;
    bool joined;  // somebody else asked
  };

  Answer run(const std::string& key, MonoTime deadline,
             const std::function<Result<T>()>& question) {
    std::shared_ptr<Asking> asking;
    bool first = false;
    {
      MutexLock lock(mutex_);
      auto& slot = asking_[key];
      first = slot == nullptr;
      if (first) slot = std::make_shared<Asking>();
      asking = slot;
    }
    if (!first) return {wait(*asking, deadline), true};
    Result<T> result = question();
    {
      MutexLock lock(mutex_);
      asking->result = result;
      asking_.erase(key);
    }
    answered_.notify_all();
    return {std::move(result), false};
  }

  // Callers that wait for somebody else's answer now.
  std::size_t waiting() const {
    MutexLock lock(mutex_);
    return waiting_;
  }

 private:
  struct Asking {
    std::optional<Result<T>> result;
  };

  Result<T> wait(const Asking& asking, MonoTime deadline) {
    MutexLock lock(mutex_);
    ++waiting_;
    for (bool in_time = true; in_time && !asking.result;) {
      in_time = answered_.wait_until(mutex_, deadline);
    }
    --waiting_;
    if (!asking.result) return Error{Errc::timeout, "no answer from upstream in time"};
    return *asking.result;
  }

  mutable Mutex mutex_;
  CondVar answered_;
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::shared_ptr<Asking>> asking_ GUARDED_BY(mutex_);
};

}  // namespace larder::registry
