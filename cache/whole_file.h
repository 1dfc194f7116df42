// Reads a small file into memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "cache/files.h"

namespace larder::cache {

// Returns: invalid when it is larger than `bytes_max`; corrupt when it ends before its size.
// Blocks: on disk.
inline Result<std::string> read_whole(const File& file, std::uint64_t bytes_max) {
  const auto size = file.size_bytes();
  if (!size.ok()) return size.error();
  if (*size > bytes_max) return Error{Errc::invalid, "file is larger than expected"};
  std::string bytes(*size, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = file.read_at(done, std::as_writable_bytes(std::span(bytes)).subspan(done));
    if (!got.ok()) return got.error();
    if (*got == 0) return Error{Errc::corrupt, "file is shorter than its size"};
    done += *got;
  }
  return bytes;
}

}  // namespace larder::cache
