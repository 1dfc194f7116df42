// The partial blobs on disk that no flight fills: what a later flight goes on with, or eviction
// takes.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/blob_files.h"
#include "cache/claims.h"
#include "cache/partial_blobs.h"

namespace larder::cache {

class ParkedBlobs final : public PartialBlobs {
 public:
  ParkedBlobs(BlobFiles& blob_files, Claims& claims, const Clock& clock)
      : blob_files_(blob_files), claims_(claims), clock_(clock) {}

  // What earlier runs have left counts as used now. Returns: its bytes on disk. Blocks: on disk.
  // Returns: what listing them returned.
  Result<std::uint64_t> load();

  // `disk_bytes`: whole blocks.
  void add(const Digest& digest, std::uint64_t disk_bytes);
  // Its bytes on disk; it is the caller's from now on. Nothing when there is no such blob.
  std::optional<std::uint64_t> take(const Digest& digest);
  bool contains(const Digest& digest) const;
  // Its bytes on disk; it stays. Nothing when there is no such blob.
  std::optional<std::uint64_t> bytes_of(const Digest& digest) const;
  std::uint64_t total_bytes() const;

  std::vector<Idle> idle(std::size_t count) const override;
  std::uint64_t remove(const Digest& digest) override;

 private:
  struct Entry {
    std::uint64_t disk_bytes;
    WallTime used_at;
  };

  BlobFiles& blob_files_;
  Claims& claims_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::unordered_map<Digest, Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
