// Blobs that lie in place and are counted, but have no record: writing or restoring it failed, and
// so did removing the file. Whoever gives them a record later must not count them again.
//
// Forgotten by a restart, whose walk counts what it finds. Thread-safety: any thread. Blocks: no.
#pragma once

#include <unordered_set>

#include "cache/base/mutex.h"
#include "cache/digest.h"

namespace larder::cache {

class Recordless {
 public:
  void note(const Digest& digest) {
    MutexLock lock(mutex_);
    digests_.insert(digest);
  }
  // Whether it was noted; it is not any more.
  bool take(const Digest& digest) {
    MutexLock lock(mutex_);
    return digests_.erase(digest) > 0;
  }
  bool contains(const Digest& digest) const {
    MutexLock lock(mutex_);
    return digests_.contains(digest);
  }
  bool empty() const {
    MutexLock lock(mutex_);
    return digests_.empty();
  }

 private:
  mutable Mutex mutex_;
  std::unordered_set<Digest> digests_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
