#include "tests/sim/catalog.h"

#include <array>
#include <span>

#include "cache/hasher.h"
#include "tests/support/random.h"

namespace larder::sim {

namespace {

using cache::DigestAlgorithm;

// Around the chunks of 16 bytes, the hold-back of 8 and the steering distance of 32.
constexpr std::array kTinySizes = {0,   1,   7,   8,   9,   15,  16,  17,  24,  31,  32,  33,
                                   40,  48,  63,  64,  65,  80,  96,  100, 127, 128, 129, 144,
                                   160, 177, 200, 224, 255, 256, 257, 300, 333, 400, 512};

constexpr std::array kPagedSizes = {0,     1,     2048,  4095,  4096,  4097,  6000,
                                    8191,  8192,  8193,  12288, 16383, 16384, 16385,
                                    20000, 24576, 28673, 32768, 36865, 40960};

std::string random_bytes(testing::Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

std::vector<Blob> make_blobs(testing::Random& random, std::span<const int> sizes) {
  std::vector<Blob> blobs;
  for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
    for (const int size : sizes) {
      std::string bytes = random_bytes(random, static_cast<std::size_t>(size));
      const auto digest = cache::digest_of(algorithm, std::as_bytes(std::span(bytes)));
      blobs.push_back({std::move(bytes), digest});
    }
  }
  return blobs;
}

}  // namespace

Catalog::Catalog() {
  testing::Random random(2026);
  tiny_ = make_blobs(random, kTinySizes);
  paged_ = make_blobs(random, kPagedSizes);
  for (const auto* blobs : {&tiny_, &paged_}) {
    for (const Blob& blob : *blobs) by_hex_.emplace(blob.digest.hex(), &blob);
  }
}

const Blob* Catalog::find(std::string_view hex) const {
  const auto found = by_hex_.find(std::string(hex));
  return found == by_hex_.end() ? nullptr : found->second;
}

}  // namespace larder::sim
