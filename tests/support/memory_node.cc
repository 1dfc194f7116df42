#include "tests/support/memory_node.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "cache/disk_bytes.h"

namespace larder::testing {

using cache::kDiskBlockBytes;

std::uint64_t MemoryNode::disk_bytes() const {
  return disk_blocks_.size() * kDiskBlockBytes;
}

void MemoryNode::truncate() {
  bytes_.clear();
  disk_blocks_.clear();
}

void MemoryNode::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  bytes_.resize(std::max<std::size_t>(bytes_.size(), offset + bytes.size()));
  std::memcpy(bytes_.data() + offset, bytes.data(), bytes.size());
  for (std::uint64_t at = offset / kDiskBlockBytes; at * kDiskBlockBytes < offset + bytes.size();
       ++at) {
    disk_blocks_.insert(at);
  }
  if (dropped_.empty()) return;
  for (std::size_t at = offset / kPageBytes; at * kPageBytes < offset + bytes.size(); ++at) {
    dropped_.erase(at);
  }
}

void MemoryNode::sync() {
  std::string lasting = bytes_;
  for (const std::size_t number : dropped_) {
    if (number * kPageBytes >= lasting.size()) continue;
    const std::size_t size = std::min(kPageBytes, lasting.size() - number * kPageBytes);
    lasting.replace(number * kPageBytes, size, page(lasting_, number), 0, size);
  }
  lasting_ = std::move(lasting);
}

void MemoryNode::sync_failed() {
  for (std::size_t number = 0; number < pages(); ++number) {
    if (page(bytes_, number) != page(lasting_, number)) dropped_.insert(number);
  }
}

void MemoryNode::lose_power() {
  survive(lasting_);
}

void MemoryNode::lose_power_partly(Random& random) {
  if (bytes_ == lasting_) return dropped_.clear();
  std::string left;
  for (std::size_t number = 0; number < pages(); ++number) {
    const bool survives = !dropped_.contains(number) && random.chance(500);
    left += page(survives ? bytes_ : lasting_, number);
  }
  left.resize(random.chance(500) ? bytes_.size() : lasting_.size());
  survive(std::move(left));
}

// Blocks of zeros come back as holes.
void MemoryNode::survive(std::string bytes) {
  truncate();
  dropped_.clear();
  lasting_ = bytes;
  bytes_ = std::move(bytes);
  for (std::uint64_t at = 0; at * kDiskBlockBytes < bytes_.size(); ++at) {
    const auto block = std::string_view(bytes_).substr(at * kDiskBlockBytes, kDiskBlockBytes);
    if (block.find_first_not_of('\0') != block.npos) disk_blocks_.insert(at);
  }
}

std::size_t MemoryNode::pages() const {
  return (std::max(bytes_.size(), lasting_.size()) + kPageBytes - 1) / kPageBytes;
}

// Whole, with zeros where `bytes` ends.
std::string MemoryNode::page(const std::string& bytes, std::size_t number) const {
  std::string result;
  if (number * kPageBytes < bytes.size()) result = bytes.substr(number * kPageBytes, kPageBytes);
  result.resize(kPageBytes);
  return result;
}

}  // namespace larder::testing
