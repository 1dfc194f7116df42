// A set of bytes of a blob, as disjoint half-open ranges: what is present, to the byte.
//
// Thread-safety: none. Blocks: no.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "cache/source.h"

namespace larder::cache {

class ByteRanges {
 public:
  // `range` may be empty.
  void add(ByteRange range);
  void remove(ByteRange range);

  // One past the last byte that is there without a gap from `offset`; `offset` itself when that
  // byte is absent.
  std::uint64_t covered_until(std::uint64_t offset) const;

  // The first bytes of [from, until) that are absent; nothing when all are there.
  std::optional<ByteRange> first_gap(std::uint64_t from, std::uint64_t until) const;

  // The first range that ends after `from`; nothing when there is none.
  std::optional<ByteRange> first_range(std::uint64_t from) const;

  std::uint64_t total_bytes() const { return total_bytes_; }
  // In whole blocks of `block_bytes`: what the ranges take on disk.
  std::uint64_t block_bytes(std::uint64_t block_bytes) const;
  // One past the last byte that is there; 0 when none is.
  std::uint64_t end() const { return ends_.empty() ? 0 : ends_.rbegin()->second; }
  bool empty() const { return ends_.empty(); }

 private:
  std::map<std::uint64_t, std::uint64_t> ends_;  // begin -> end; neither overlapping nor touching
  std::uint64_t total_bytes_ = 0;
};

}  // namespace larder::cache
