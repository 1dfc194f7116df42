// What the store tells about itself; the daemon turns it into metrics and log lines.
#pragma once

#include <cstdint>
#include <string>

#include "cache/base/result.h"
#include "cache/digest.h"

namespace larder::cache {

// Thread-safety: called from any thread, without locks held. Must not block.
class StoreObserver {
 public:
  virtual ~StoreObserver() = default;

  virtual void flight_started(const Digest& digest) = 0;
  virtual void flight_joined(const Digest& digest) = 0;
  // ok: verified; the blob lasts once blob_published() follows.
  virtual void flight_ended(const Digest& digest, const Status& status, std::uint64_t bytes) = 0;
  virtual void blob_published(const Digest& digest, std::uint64_t size_bytes) = 0;
  // A verified blob that could not be kept, or a flight that goes on without the disk.
  virtual void cache_degraded(const Digest& digest, const Error& why) = 0;
  // Bytes from `source` did not match the digest.
  virtual void corrupt(const Digest& digest, const std::string& source) = 0;
  virtual void evicted(const Digest& digest, std::uint64_t size_bytes) = 0;
  // A flight goes on where an earlier one stopped, with `bytes` that were already on disk.
  virtual void flight_resumed(const Digest& digest, std::uint64_t bytes) = 0;
  virtual void source_failed(const Digest& digest, const std::string& source, const Error& why) = 0;
};

}  // namespace larder::cache
