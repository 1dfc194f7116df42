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
    it = ends_.erase(it);
  }
  ends_.emplace(range.begin, range.end);
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

std::uint64_t ByteRanges::total_bytes() const {
  std::uint64_t total = 0;
  for (const auto& [begin, end] : ends_) total += end - begin;
  return total;
}

}  // namespace larder::cache
