// What a file takes on disk.
#pragma once

#include <cstdint>

namespace larder::cache {

inline constexpr std::uint64_t kDiskBlockBytes = 4096;

// Of a file of this size without holes: whole blocks.
constexpr std::uint64_t disk_bytes(std::uint64_t size_bytes) {
  const std::uint64_t rest = size_bytes % kDiskBlockBytes;
  if (rest == 0) return size_bytes;
  const std::uint64_t missing = kDiskBlockBytes - rest;
  return size_bytes > UINT64_MAX - missing ? UINT64_MAX : size_bytes + missing;
}

}  // namespace larder::cache
