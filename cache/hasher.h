// Computes a digest over bytes as they come (OpenSSL EVP, hardware-accelerated where there is any).
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "cache/digest.h"

namespace larder::cache {

class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::span<const std::byte> bytes);

  // An independent hasher that has seen the same bytes.
  Hasher clone() const;

  // The digest of all bytes so far; the hasher itself goes on.
  Digest digest() const;

 private:
  struct State;
  explicit Hasher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

Digest digest_of(DigestAlgorithm algorithm, std::span<const std::byte> bytes);

}  // namespace larder::cache
