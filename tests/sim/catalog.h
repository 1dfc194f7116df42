// The blobs a simulation plays with: sizes around every limit of a flight, both algorithms.
//
// Made once, the same in every run. Thread-safety: const, so any thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cache/digest.h"

namespace larder::sim {

struct Blob {
  std::string bytes;
  cache::Digest digest;
};

class Catalog {
 public:
  Catalog();

  // For chunks of 16 bytes: each blob takes one block on disk.
  const std::vector<Blob>& tiny() const { return tiny_; }
  // For chunks of a block on disk.
  const std::vector<Blob>& paged() const { return paged_; }
  // By the name of a blob file; null when there is no such blob.
  const Blob* find(std::string_view hex) const;

 private:
  std::vector<Blob> tiny_;
  std::vector<Blob> paged_;
  std::unordered_map<std::string, const Blob*> by_hex_;
};

}  // namespace larder::sim
