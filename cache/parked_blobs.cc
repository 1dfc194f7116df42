#include "cache/parked_blobs.h"

#include <algorithm>

#include "cache/disk_bytes.h"

namespace larder::cache {

Result<std::uint64_t> ParkedBlobs::load() {
  const auto leftovers = blob_files_.leftovers();
  if (!leftovers.ok()) return in_context("list partial blobs", leftovers.error());
  std::uint64_t total = 0;
  for (const auto& [digest, bytes] : *leftovers) {
    add(digest, disk_bytes(bytes));  // whole blocks, as the space keeper counts
    total += disk_bytes(bytes);
  }
  return total;
}

void ParkedBlobs::add(const Digest& digest, std::uint64_t bytes) {
  const WallTime now = clock_.wall();
  MutexLock lock(mutex_);
  entries_.insert_or_assign(digest, Entry{bytes, now});
}

std::optional<std::uint64_t> ParkedBlobs::take(const Digest& digest) {
  MutexLock lock(mutex_);
  const auto node = entries_.extract(digest);
  return node.empty() ? std::nullopt : std::optional(node.mapped().disk_bytes);
}

bool ParkedBlobs::contains(const Digest& digest) const {
  MutexLock lock(mutex_);
  return entries_.contains(digest);
}

std::optional<std::uint64_t> ParkedBlobs::bytes_of(const Digest& digest) const {
  MutexLock lock(mutex_);
  const auto found = entries_.find(digest);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.disk_bytes);
}

std::uint64_t ParkedBlobs::total_bytes() const {
  std::uint64_t total = 0;
  MutexLock lock(mutex_);
  for (const auto& [digest, entry] : entries_) total += entry.disk_bytes;
  return total;
}

std::vector<PartialBlobs::Idle> ParkedBlobs::idle(std::size_t count) const {
  std::vector<Idle> all;
  {
    MutexLock lock(mutex_);
    for (const auto& [digest, entry] : entries_) {
      all.push_back({digest, entry.disk_bytes, entry.used_at});
    }
  }
  std::sort(all.begin(), all.end(), [](const Idle& a, const Idle& b) {
    return a.used_at != b.used_at ? a.used_at < b.used_at : a.digest < b.digest;
  });
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size())), all.end());
  return all;
}

std::uint64_t ParkedBlobs::remove(const Digest& digest) {
  const auto claim = claims_.try_remove(digest);
  if (!claim) return 0;
  const auto bytes = take(digest);
  if (!bytes) return 0;
  if (blob_files_.discard(digest).ok()) return *bytes;
  add(digest, *bytes);
  return 0;
}

}  // namespace larder::cache
