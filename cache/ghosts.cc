#include "cache/ghosts.h"

#include <algorithm>
#include <cstring>

namespace larder::cache {

namespace {

// The digest is a hash already; never 0.
std::uint64_t fingerprint_of(const Digest& digest) {
  std::uint64_t value = 0;
  std::memcpy(&value, digest.bytes().data(), sizeof(value));
  return value == 0 ? 1 : value;
}

}  // namespace

void Ghosts::remember(const Digest& digest, std::uint64_t size_bytes) {
  const std::uint64_t fingerprint = fingerprint_of(digest);
  MutexLock lock(mutex_);
  if (sets_.empty()) sets_.resize(kSets);
  gone_bytes_ += size_bytes;
  Set& set = set_of(fingerprint);
  auto place = std::find_if(set.begin(), set.end(), [&](const Ghost& ghost) {
    return ghost.fingerprint == fingerprint || ghost.fingerprint == 0;
  });
  if (place == set.end()) {
    place = std::min_element(set.begin(), set.end(),
                             [](const Ghost& a, const Ghost& b) { return a.gone_at < b.gone_at; });
  }
  *place = {fingerprint, gone_bytes_};
}

bool Ghosts::take(const Digest& digest) {
  const std::uint64_t fingerprint = fingerprint_of(digest);
  MutexLock lock(mutex_);
  if (sets_.empty()) return false;
  for (Ghost& ghost : set_of(fingerprint)) {
    if (ghost.fingerprint != fingerprint) continue;
    const bool is_fresh = gone_bytes_ - ghost.gone_at <= memory_bytes_;
    ghost = {};
    return is_fresh;
  }
  return false;
}

Ghosts::Set& Ghosts::set_of(std::uint64_t fingerprint) {
  return sets_[fingerprint % kSets];
}

}  // namespace larder::cache
