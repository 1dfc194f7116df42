// Parked flights as eviction sees them: bytes on disk that nobody fills any more.
#pragma once

#include <cstdint>
#include <vector>

#include "cache/base/clock.h"
#include "cache/digest.h"

namespace larder::cache {

// Thread-safety: any thread.
class PartialBlobs {
 public:
  struct Idle {
    Digest digest;
    std::uint64_t disk_bytes = 0;
    WallTime used_at;
  };

  virtual ~PartialBlobs() = default;

  // Those that no flight fills and no reader reads, least recently used first, `count` at most.
  // Blocks: on no disk.
  virtual std::vector<Idle> idle(std::size_t count) const = 0;
  // Removes it for good, unless somebody has begun to use it. Blocks: on disk.
  // Returns: the kept bytes that are free now, which the caller releases; 0 when it stays.
  virtual std::uint64_t remove(const Digest& digest) = 0;
};

}  // namespace larder::cache
