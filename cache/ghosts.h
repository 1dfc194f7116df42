// Blobs that were evicted a short while ago without having been used.
//
// "A short while" is measured in bytes that went after them. A fixed table of fingerprints, so it
// may forget early and may, once in 2^60 questions, take one blob for another; both cost a worse
// place in a queue. Lost on restart. Thread-safety: any thread. Blocks: no.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/digest.h"

namespace larder::cache {

class Ghosts {
 public:
  // `memory_bytes`: of blobs, how far it looks back.
  explicit Ghosts(std::uint64_t memory_bytes) : memory_bytes_(memory_bytes) {}

  void remember(const Digest& digest, std::uint64_t size_bytes);
  // Whether it is remembered; it is forgotten then.
  bool take(const Digest& digest);

 private:
  struct Ghost {
    std::uint64_t fingerprint = 0;  // 0: none
    std::uint64_t gone_at = 0;      // gone_bytes_ then
  };
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSets = 16384;  // 1 MiB with kWays
  using Set = std::array<Ghost, kWays>;

  Set& set_of(std::uint64_t fingerprint) REQUIRES(mutex_);

  const std::uint64_t memory_bytes_;
  Mutex mutex_;
  std::vector<Set> sets_ GUARDED_BY(mutex_);  // empty until something goes
  std::uint64_t gone_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace larder::cache
