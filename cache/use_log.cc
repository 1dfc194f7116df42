#include "cache/use_log.h"

#include <algorithm>
#include <vector>

#include "cache/index.h"

namespace larder::cache {

void UseLog::note(const Digest& digest, WallTime now) {
  MutexLock lock(mutex_);
  const auto found = noted_.find(digest);
  if (found != noted_.end()) {
    found->second = std::max(found->second, now);
  } else if (noted_.size() < digests_max_) {
    noted_.emplace(digest, now);
  }
}

bool UseLog::is_used(const Digest& digest) const {
  MutexLock lock(mutex_);
  return noted_.contains(digest) || flushing_.contains(digest);
}

bool UseLog::wants_flush() const {
  MutexLock lock(mutex_);
  return noted_.size() >= digests_max_ - digests_max_ / 4;
}

Status UseLog::flush(Index& index) {
  if (!begin_flush()) return {};
  std::vector<BlobUse> uses;
  {
    MutexLock lock(mutex_);
    uses.reserve(flushing_.size());
    for (const auto& [digest, used_at] : flushing_) uses.push_back({digest, used_at});
  }
  Status written = index.record_uses(uses);
  end_flush(written.ok());
  return written;
}

bool UseLog::begin_flush() {
  MutexLock lock(mutex_);
  if (is_flushing_ || noted_.empty()) return false;
  is_flushing_ = true;
  flushing_.swap(noted_);
  return true;
}

void UseLog::end_flush(bool written) {
  MutexLock lock(mutex_);
  if (!written) {
    for (const auto& [digest, used_at] : flushing_) {
      if (noted_.size() < digests_max_) noted_.try_emplace(digest, used_at);
    }
  }
  flushing_.clear();
  is_flushing_ = false;
}

}  // namespace larder::cache
