// Reads one blob, from wherever its bytes are or will be.
//
// The same face for a blob on disk, one that is arriving (a flight) and one that only passes
// through because the disk is full. The last bytes of a blob that is not yet verified come only
// after its digest has been checked. Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <span>

#include "cache/base/clock.h"
#include "cache/base/result.h"

namespace larder::cache {

class File;

// How the blob was found: on disk, in a flight that somebody else or this reader started, or
// without the cache.
enum class Outcome { hit, join, miss, pass };

// Bytes ready to be sent: a piece of a file, or bytes in memory when `file` is null. Valid until
// the reader's next call or its end.
struct Piece {
  const File* file = nullptr;
  std::uint64_t file_offset = 0;
  std::span<const std::byte> bytes;  // when file is null
  std::uint64_t size_bytes = 0;
};

class BlobReader {
 public:
  virtual ~BlobReader() = default;

  // Size of the whole blob. Blocks: until a source has told it, at most until `deadline`.
  // Returns: what open or read would.
  virtual Result<std::uint64_t> size_bytes(MonoTime deadline) = 0;

  // The next piece at `offset`, 1 .. length_max bytes.
  // Blocks: until a byte at `offset` may be served, at most until `deadline`.
  // Returns: timeout; not_found, denied, upstream_down when no source gave it; corrupt when the
  // blob did not match its digest: the reader's bytes so far are wrong. Requires: offset < the
  // blob's size, length_max > 0.
  virtual Result<Piece> read(std::uint64_t offset, std::uint64_t length_max, MonoTime deadline) = 0;

  virtual Outcome outcome() const = 0;
};

}  // namespace larder::cache
