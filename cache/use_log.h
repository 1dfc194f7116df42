// Uses of blobs that the index has not been told of yet.
//
// A hit notes its use here and nothing else, so it costs no write transaction; they are written
// down together. However often a blob is used between two flushes, it counts as one use: a pull
// that reads it in a thousand ranges is still one pull. Bounded: when it is full, further blobs'
// uses are not counted. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "cache/digest.h"

namespace larder::cache {

class Index;

class UseLog {
 public:
  explicit UseLog(std::size_t digests_max = 4096) : digests_max_(digests_max) {}

  // Blocks: on a short lock only.
  void note(const Digest& digest, WallTime now);

  // Whether it has been used since the last flush.
  bool is_used(const Digest& digest) const;
  // Three quarters full.
  bool wants_flush() const;

  // Writes what was noted in one transaction. When that fails, it stays noted as far as there is
  // room. At once when there is nothing to write, or another flush is at it.
  // Blocks: on the index. Returns: what record_uses() did.
  Status flush(Index& index);

 private:
  using Uses = std::unordered_map<Digest, WallTime>;
  bool begin_flush();
  void end_flush(bool written);

  const std::size_t digests_max_;
  mutable Mutex mutex_;
  Uses noted_ GUARDED_BY(mutex_);
  Uses flushing_ GUARDED_BY(mutex_);  // not changed while it is being written
  bool is_flushing_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::cache
