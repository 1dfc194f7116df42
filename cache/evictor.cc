#include "cache/evictor.h"

#include <algorithm>

#include "cache/eviction_policy.h"

namespace larder::cache {

namespace {

constexpr int kStepsMax = 256;
constexpr std::size_t kPartialsMax = 64;  // looked at in one go
constexpr std::uint64_t kHeadroomBytesMax = 64 << 20;

std::uint64_t headroom_bytes(std::uint64_t budget_bytes) {
  return std::min(budget_bytes / 100, kHeadroomBytesMax);
}

}  // namespace

Evictor::Evictor(const Parts& parts)
    : parts_(parts),
      remover_({parts.index, parts.blob_files, parts.space, parts.claims, parts.observer,
                parts.recordless}),
      ghosts_(parts.space.budget_bytes() / 100 * kGhostPercent) {}

Status Evictor::make_room(std::uint64_t bytes) {
  {
    MutexLock lock(mutex_);
    if (!is_evicting_ && is_pausing()) return last_made_;
    wanted_bytes_ += std::min(bytes, UINT64_MAX - wanted_bytes_);
    if (is_evicting_) {
      wait_for_round();
      return last_made_;
    }
    is_evicting_ = true;
  }
  Status made = run_round();
  end_round(made);
  return made;
}

bool Evictor::is_pausing() const {
  return pause_until_ && parts_.clock.now() < *pause_until_;
}

void Evictor::wait_for_round() {
  const std::uint64_t round = rounds_;
  while (rounds_ == round) round_ended_.wait(mutex_);
}

void Evictor::end_round(const Status& made) {
  {
    MutexLock lock(mutex_);
    is_evicting_ = false;
    ++rounds_;
    wanted_bytes_ = 0;
    last_made_ = made;
    pause_until_.reset();
    if (!made) pause_until_ = parts_.clock.now() + kPause;
  }
  round_ended_.notify_all();
}

// What is missing is asked once: a file system that tells of freed blocks late must not make a
// round go on and on.
Status Evictor::run_round() {
  const std::uint64_t wanted = wanted_bytes();
  const std::uint64_t shortage = parts_.space.shortage(wanted);
  if (shortage == 0) return {};
  const Result<std::uint64_t> freed = evict(shortage, wanted);
  if (!freed) return in_context("evict", freed.error());
  if (*freed == 0) return Error{Errc::busy, "evict: all blobs are in use or pinned"};
  return {};
}

Result<std::uint64_t> Evictor::evict(std::uint64_t shortage, std::uint64_t wanted_at_start) {
  std::uint64_t freed = 0;
  const auto missing = [&] {
    const std::uint64_t target = shortage + (wanted_bytes() - wanted_at_start);
    return target - std::min(target, freed);
  };
  freed += remove_partials(parts_.clock.wall() - kPartialIdle, missing());
  EvictionRound round({parts_.index, remover_, parts_.uses, ghosts_});
  Status failed;
  for (int step = 0; step < kStepsMax && missing() > 0 && !round.is_over(); ++step) {
    const Result<std::uint64_t> released = round.step(missing());
    if (!released) {
      failed = released.error();
      break;
    }
    freed += *released;
  }
  freed += remove_partials(WallTime::max(), missing());
  if (freed == 0 && !failed) return failed.error();
  return freed;
}

std::uint64_t Evictor::remove_partials(WallTime used_until, std::uint64_t bytes) {
  if (partial_blobs_ == nullptr || bytes == 0) return 0;
  std::uint64_t freed = 0;
  for (const PartialBlobs::Idle& idle : partial_blobs_->idle(kPartialsMax)) {
    if (freed >= bytes || idle.used_at > used_until) break;
    const std::uint64_t released = partial_blobs_->remove(idle.digest);
    parts_.space.release(released);
    freed += released;
  }
  return freed;
}

std::uint64_t Evictor::wanted_bytes() const {
  MutexLock lock(mutex_);
  return wanted_bytes_;
}

Status Evictor::tick() {
  Status first = parts_.uses.flush(parts_.index);
  const Status demoted = superseded_.demote(parts_.index);
  if (first) first = demoted;
  const std::uint64_t headroom = headroom_bytes(parts_.space.budget_bytes());
  if (parts_.space.shortage(headroom) == 0) return first;
  const Status made = make_room(headroom);
  // A cache full of pins is as it should be.
  const bool is_failure = !made && made.error().code != Errc::busy;
  return first && is_failure ? made : first;
}

Queue Evictor::queue_for(const Digest& digest) {
  return ghosts_.take(digest) ? Queue::main : Queue::probation;
}

}  // namespace larder::cache
