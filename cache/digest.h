// A content digest: algorithm and value (OCI image-spec, descriptor.md "Digests").
//
// sha256 and sha512 are the algorithms Larder can verify, so no other digest exists as a value.
// Thread-safety: a value. Blocks: no.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::cache {

enum class DigestAlgorithm : std::uint8_t { sha256 = 1, sha512 = 2 };
inline constexpr std::array kDigestAlgorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha512};

std::string_view to_string(DigestAlgorithm algorithm);
std::size_t digest_size_bytes(DigestAlgorithm algorithm);

class Digest {
 public:
  static constexpr std::size_t kSizeBytesMax = 64;

  // "sha256:<64 lower-case hex>" or "sha512:<128 lower-case hex>".
  // Returns: invalid for anything else; the context tells bad syntax from an unsupported algorithm.
  static Result<Digest> parse(std::string_view text);

  // Requires: bytes.size() == digest_size_bytes(algorithm).
  static Digest from_bytes(DigestAlgorithm algorithm, std::span<const std::byte> bytes);

  DigestAlgorithm algorithm() const { return algorithm_; }
  std::span<const std::byte> bytes() const {
    return {value_.data(), digest_size_bytes(algorithm_)};
  }
  std::string hex() const;
  std::string str() const;  // "sha256:<hex>"

  bool operator==(const Digest&) const = default;
  auto operator<=>(const Digest&) const = default;

 private:
  Digest() = default;

  DigestAlgorithm algorithm_ = DigestAlgorithm::sha256;
  std::array<std::byte, kSizeBytesMax> value_{};  // unused tail is zero
};

}  // namespace larder::cache

template <>
struct std::hash<larder::cache::Digest> {
  std::size_t operator()(const larder::cache::Digest& digest) const noexcept;
};
