// The files of a blob that is being filled: its bytes, and the map of the chunks that are whole.
//
// The map is written so that a later flight can go on (chunk_map.h). It is a help, not a promise:
// when it cannot be written the flight goes on without it.
// Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include "cache/base/mutex.h"
#include "cache/blob_files.h"
#include "cache/byte_ranges.h"
#include "cache/prefix_hasher.h"

namespace larder::cache {

class PartialBlob {
 public:
  static Result<std::shared_ptr<PartialBlob>> begin(BlobFiles& files, const Digest& digest,
                                                    std::uint64_t chunk_bytes);
  // What an earlier flight has left. Returns: not_found when there is nothing to go on with.
  static Result<std::shared_ptr<PartialBlob>> resume(BlobFiles& files, const Digest& digest,
                                                     std::uint64_t chunk_bytes);

  PartialBlob(BlobFiles& files, const Digest& digest, std::uint64_t chunk_bytes,
              BlobFiles::Leftover leftover);

  File& file() { return *data_; }
  const std::shared_ptr<File>& shared_file() const { return data_; }
  PrefixHasher& hasher() { return hasher_; }

  // As the chunk map says; only of one that was resumed.
  std::uint64_t blob_bytes() const { return blob_bytes_; }
  ByteRanges claimed() const;
  // Reads the chunk that begins at range.begin and compares it with the map. Returns: its bytes
  // when they are what they were.
  std::optional<std::vector<std::byte>> check(ByteRange chunk) const;

  // Chunk `chunk` of a blob of `blob_bytes` is whole on disk. Without its sum it is read back.
  void record(std::uint32_t chunk, std::uint64_t blob_bytes, std::optional<ChunkSum> sum);
  bool has_records() const;

 private:
  File* chunk_map_for(std::uint64_t blob_bytes);
  std::unique_ptr<File> make_chunk_map(std::uint64_t blob_bytes);
  std::optional<ChunkSum> sum_of(std::uint32_t chunk, std::uint64_t blob_bytes) const;

  BlobFiles& files_;
  const Digest digest_;
  const std::uint64_t chunk_bytes_;
  const std::shared_ptr<File> data_;
  const std::uint64_t blob_bytes_;
  const std::map<std::uint32_t, ChunkSum> sums_;  // of an earlier flight
  PrefixHasher hasher_;

  mutable Mutex mutex_;
  CondVar map_made_;
  bool making_map_ GUARDED_BY(mutex_) = false;  // one thread makes it, the others wait
  std::unique_ptr<File> chunk_map_ GUARDED_BY(mutex_);
  bool map_failed_ GUARDED_BY(mutex_) = false;
  std::uint64_t map_bytes_ GUARDED_BY(mutex_);
  std::set<std::uint32_t> recorded_ GUARDED_BY(mutex_);
};

// Follows the bytes of one fetch and knows the sums of the chunks that passed by as a whole.
// Thread-safety: none.
class ChunkWatcher {
 public:
  explicit ChunkWatcher(std::uint64_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}

  // The bytes of `range`, none of which was added before.
  void add(ByteRange range, std::span<const std::byte> bytes, std::optional<std::uint64_t> size);
  // Of a chunk whose last byte came with the last add().
  std::optional<ChunkSum> sum_of(std::uint32_t chunk) const;

 private:
  const std::uint64_t chunk_bytes_;
  ChunkSummer summer_;
  std::optional<std::uint64_t> next_;  // the offset up to which the chunk of summer_ is known
  std::map<std::uint32_t, ChunkSum> done_;
};

}  // namespace larder::cache
