// Short ways to say bytes and digests in a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cache/disk_bytes.h"
#include "cache/files.h"
#include "cache/hasher.h"

namespace larder::testing {

inline constexpr std::uint64_t kMiB = 1 << 20;
inline constexpr std::uint64_t kBlock = cache::kDiskBlockBytes;

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline cache::Digest digest_of_text(
    std::string_view text, cache::DigestAlgorithm algorithm = cache::DigestAlgorithm::sha256) {
  return cache::digest_of(algorithm, bytes_of(text));
}

// All of a file, or the error in words.
inline std::string text_of(const cache::File& file) {
  std::string text(file.size_bytes().value(), '\0');
  const Result<std::size_t> size = file.read_at(0, std::as_writable_bytes(std::span(text)));
  if (!size) return describe(size.error());
  text.resize(*size);
  return text;
}

}  // namespace larder::testing
