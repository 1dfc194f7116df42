#include "cache/byte_ranges.h"

#include <algorithm>
#include <iterator>

namespace larder::cache {

void ByteRanges::add(ByteRange range) {
  if (range.begin >= range.end) return;
  auto it = ends_.upper_bound(range.begin);
  if (it != ends_.begin() && std::prev(it)->second >= range.begin) --it;
  while (it != ends_.end() && it->first <= range.end) {
    range.begin = std::min(range.begin, it->first);
    range.end = std::max(range.end, it->second);
    total_bytes_ -= it->second - it->first;
    it = ends_.erase(it);
  }
  ends_.emplace(range.begin, range.end);
  total_bytes_ += range.size_bytes();
}

void ByteRanges::remove(ByteRange range) {
  if (range.begin >= range.end) return;
  auto it = ends_.upper_bound(range.begin);
  if (it != ends_.begin() && std::prev(it)->second > range.begin) --it;
  while (it != ends_.end() && it->first < range.end) {
    const auto [begin, end] = *it;
    it = ends_.erase(it);
    total_bytes_ -= std::min(end, range.end) - std::max(begin, range.begin);
    if (begin < range.begin) ends_.emplace(begin, range.begin);
    if (end > range.end) ends_.emplace(range.end, end);
  }
}

std::uint64_t ByteRanges::covered_until(std::uint64_t offset) const {
  const auto it = ends_.upper_bound(offset);
  if (it == ends_.begin()) return offset;
  return std::max(offset, std::prev(it)->second);
}

std::optional<ByteRange> ByteRanges::first_gap(std::uint64_t from, std::uint64_t until) const {
  const std::uint64_t begin = covered_until(from);
  if (begin >= until) return std::nullopt;
  const auto next = ends_.lower_bound(begin);
  const std::uint64_t end = next == ends_.end() ? until : std::min(until, next->first);
  return ByteRange{begin, end};
}

std::optional<ByteRange> ByteRanges::first_range(std::uint64_t from) const {
  auto it = ends_.upper_bound(from);
  if (it != ends_.begin() && std::prev(it)->second > from) --it;
  if (it == ends_.end()) return std::nullopt;
  return ByteRange{it->first, it->second};
}

std::uint64_t ByteRanges::block_bytes(std::uint64_t block_bytes) const {
  std::uint64_t total = 0;
  std::uint64_t counted_until = 0;  // two ranges may share a block
  for (const auto& [begin, end] : ends_) {
    const std::uint64_t first = std::max(counted_until, begin - begin % block_bytes);
    counted_until = end + (block_bytes - end % block_bytes) % block_bytes;
    total += counted_until - std::min(first, counted_until);
  }
  return total;
}

}  // namespace larder::cache
