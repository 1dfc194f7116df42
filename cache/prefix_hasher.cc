#include "cache/prefix_hasher.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace larder::cache {

namespace {

constexpr std::size_t kReadBackBytes = 256 << 10;

}  // namespace

Status PrefixHasher::advance(const File& file, const std::function<std::uint64_t()>& prefix_of,
                             ByteRange fresh, std::span<const std::byte> bytes) {
  if (!begin()) return {};
  std::uint64_t hashed = hashed_bytes();
  if (fresh.begin <= hashed && hashed < fresh.end) {
    hasher_.update(bytes.subspan(hashed - fresh.begin));
    hashed = fresh.end;
    stand_at(hashed);
  }
  Status failed;
  do {
    const auto reached = hash_from_file(file, hashed, prefix_of());
    if (!reached.ok()) failed = reached.error();
    if (reached.ok()) hashed = *reached;
  } while (!finish());
  return failed;
}

Result<std::uint64_t> PrefixHasher::hash_from_file(const File& file, std::uint64_t from,
                                                   std::uint64_t until) {
  std::vector<std::byte> buffer;
  while (from < until) {
    buffer.resize(kReadBackBytes);
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), until - from);
    const auto got = file.read_at(from, std::span(buffer).first(wanted));
    if (!got.ok()) return got.error();
    if (*got == 0) return Error{Errc::io, "partial file is shorter than written"};
    hasher_.update(std::span(buffer).first(*got));
    from += *got;
    stand_at(from);
  }
  return from;
}

// Returns: whether this thread is the one that hashes now.
bool PrefixHasher::begin() {
  MutexLock lock(mutex_);
  again_ = busy_;
  return !std::exchange(busy_, true);
}

// Returns: false when somebody came since the prefix was asked for: there may be more to hash.
bool PrefixHasher::finish() {
  {
    MutexLock lock(mutex_);
    if (std::exchange(again_, false)) return false;
    busy_ = false;
  }
  changed_.notify_all();
  return true;
}

void PrefixHasher::stand_at(std::uint64_t hashed) {
  MutexLock lock(mutex_);
  hashed_bytes_ = hashed;
}

std::uint64_t PrefixHasher::hashed_bytes() const {
  MutexLock lock(mutex_);
  return hashed_bytes_;
}

PrefixHasher::Copy PrefixHasher::copy() {
  MutexLock lock(mutex_);
  while (busy_) changed_.wait(mutex_);
  return {hashed_bytes_, hasher_.clone()};
}

}  // namespace larder::cache
