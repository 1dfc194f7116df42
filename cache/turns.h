// One at a time for each blob: publishing it, writing it as a document, giving its file a record.
//
// Each of these looks at what is there and then changes it and what is counted; two at once for one
// blob would count it twice or not at all. Thread-safety: any thread.
#pragma once

#include <unordered_set>
#include <utility>

#include "cache/base/mutex.h"
#include "cache/digest.h"

namespace larder::cache {

class Turns {
 public:
  // Until destruction nobody else has a turn for the blob. Movable.
  class Turn {
   public:
    Turn(Turns& turns, const Digest& digest) : turns_(&turns), digest_(digest) {}
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), digest_(other.digest_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->end(digest_);
    }

   private:
    Turns* turns_;
    Digest digest_;
  };

  // Blocks: while another one has a turn for this blob.
  Turn take(const Digest& digest) {
    MutexLock lock(mutex_);
    while (!taken_.insert(digest).second) changed_.wait(mutex_);
    return Turn(*this, digest);
  }

 private:
  void end(const Digest& digest) {
    {
      MutexLock lock(mutex_);
      taken_.erase(digest);
    }
    changed_.notify_all();
  }

  Mutex mutex_;
  CondVar changed_;
  std::unordered_set<Digest> taken_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
