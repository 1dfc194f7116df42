#include "cache/claims.h"

#include <utility>

namespace larder::cache {

Claims::Hold Claims::hold(const Digest& digest) {
  MutexLock lock(mutex_);
  while (claims_[digest].being_removed) changed_.wait(mutex_);
  ++claims_[digest].holders;
  return Hold(*this, digest);
}

std::optional<Claims::Removal> Claims::try_remove(const Digest& digest) {
  MutexLock lock(mutex_);
  const auto [claim, is_free] = claims_.try_emplace(digest);
  if (!is_free) return std::nullopt;
  claim->second.being_removed = true;
  return Removal(*this, digest);
}

std::optional<Claims::Removal> Claims::try_condemn(const Digest& digest) {
  MutexLock lock(mutex_);
  Claim& claim = claims_[digest];
  if (claim.being_removed) return std::nullopt;
  claim.being_removed = true;
  return Removal(*this, digest);
}

bool Claims::is_held(const Digest& digest) const {
  MutexLock lock(mutex_);
  const auto claim = claims_.find(digest);
  return claim != claims_.end() && claim->second.holders > 0;
}

void Claims::release(const Digest& digest) {
  MutexLock lock(mutex_);
  --claims_.at(digest).holders;
  erase_if_free(digest);
}

void Claims::removed(const Digest& digest) {
  {
    MutexLock lock(mutex_);
    claims_.at(digest).being_removed = false;
    erase_if_free(digest);
  }
  changed_.notify_all();
}

void Claims::erase_if_free(const Digest& digest) {
  const auto claim = claims_.find(digest);
  if (claim->second.holders == 0 && !claim->second.being_removed) claims_.erase(claim);
}

Claims::Hold::Hold(Hold&& other) noexcept
    : claims_(std::exchange(other.claims_, nullptr)), digest_(std::move(other.digest_)) {}

Claims::Hold& Claims::Hold::operator=(Hold&& other) noexcept {
  if (this == &other) return *this;
  let_go();
  claims_ = std::exchange(other.claims_, nullptr);
  digest_ = std::move(other.digest_);
  return *this;
}

Claims::Hold::~Hold() {
  let_go();
}

void Claims::Hold::let_go() {
  if (claims_ != nullptr) claims_->release(*digest_);
  claims_ = nullptr;
}

Claims::Removal::Removal(Removal&& other) noexcept
    : claims_(std::exchange(other.claims_, nullptr)), digest_(std::move(other.digest_)) {}

Claims::Removal::~Removal() {
  if (claims_ != nullptr) claims_->removed(digest_);
}

}  // namespace larder::cache
