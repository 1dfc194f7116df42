// Judges the file of one blob: reads it whole and hashes it.
//
// Reading leaves the page cache as it was. Bytes that look wrong are read a second time, from the
// disk, so that nothing is condemned for a fault of memory or a passing one of the disk.
// Thread-safety: one thread. Blocks: on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cache/blob_files.h"

namespace larder::cache {

enum class BlobState : std::uint8_t {
  good,
  missing,
  wrong_digest,
  read_error,  // the disk gave an error twice
  unopened,    // could not be opened: says nothing about the blob
};

struct BlobVerdict {
  BlobState state = BlobState::good;
  std::uint64_t size_bytes = 0;  // of the file
  std::string detail;            // why it is not good
};

class BlobCheck {
 public:
  // Called before each piece is read; false gives up.
  using BeforePiece = std::function<bool(std::uint64_t bytes)>;

  BlobCheck(const BlobFiles& blob_files, std::size_t piece_bytes, BeforePiece before_piece);

  // Returns: cancelled when `before_piece` gave up.
  Result<BlobVerdict> check(const Digest& digest);

 private:
  Result<BlobVerdict> read(const File& file, const Digest& digest);

  const BlobFiles& blob_files_;
  const BeforePiece before_piece_;
  std::vector<std::byte> piece_;
};

}  // namespace larder::cache
