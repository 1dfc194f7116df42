// Which chunks of a partial blob are on disk, as the bytes of its chunk map file
// (docs/on-disk-format.md).
//
// A header names the blob's size and the chunk size; each whole chunk adds a record with a checksum
// of its bytes. Records are written without a sync and in any order: what a crash left of them is
// only a claim, and a chunk is trusted when its bytes have the checksum. The checksum (XXH3) tells
// accidents, not forgery: that is the digest's work. Thread-safety: none, but for the functions.
// Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>

namespace larder::cache {

using ChunkSum = std::uint64_t;

ChunkSum chunk_sum(std::span<const std::byte> bytes);

// The sum of a chunk whose bytes come in pieces.
class ChunkSummer {
 public:
  ChunkSummer();
  ~ChunkSummer();
  ChunkSummer(ChunkSummer&&) noexcept;
  ChunkSummer& operator=(ChunkSummer&&) noexcept;

  void begin();
  void add(std::span<const std::byte> bytes);
  ChunkSum sum() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ChunkMap {
  std::uint64_t blob_bytes = 0;
  std::uint64_t chunk_bytes = 0;
  std::map<std::uint32_t, ChunkSum> sums;  // by chunk: its offset / chunk_bytes
};

inline constexpr std::size_t kChunkMapHeaderBytes = 32;
inline constexpr std::size_t kChunkRecordBytes = 16;

std::array<std::byte, kChunkMapHeaderBytes> encode_chunk_map_header(std::uint64_t blob_bytes,
                                                                    std::uint64_t chunk_bytes);
std::array<std::byte, kChunkRecordBytes> encode_chunk_record(std::uint32_t chunk, ChunkSum sum);

// Nothing when the header is damaged or of another version. Damaged records, and ones of chunks
// that the blob does not have, are left out; of several for one chunk the last counts.
std::optional<ChunkMap> decode_chunk_map(std::span<const std::byte> bytes);

}  // namespace larder::cache
