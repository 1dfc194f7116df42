#include "cache/eviction_round.h"

#include <algorithm>
#include <utility>

#include "cache/eviction_policy.h"

namespace larder::cache {

namespace {

constexpr std::size_t kLooksPerStep = 64;
constexpr std::size_t kLeftBehindPerStep = 48;
// Of a round. Past the first, uses no longer save a blob; past the second, the round is over. A
// small cache needs less: every blob was met once for each use it can have.
constexpr std::uint64_t kSparedMax = 1024;
constexpr std::uint64_t kBlockedMax = 4096;
constexpr std::uint64_t kLooksPerBlob = kFrequencyMax + 2;

Queue other(Queue queue) {
  return queue == Queue::main ? Queue::probation : Queue::main;
}

}  // namespace

Result<std::uint64_t> EvictionRound::step(std::uint64_t wanted_bytes) {
  const Result<std::vector<Candidate>> candidates = next_candidates();
  if (!candidates) return candidates.error();
  const std::uint64_t spared_before = spared_;
  Status looked;
  for (const Candidate& candidate : *candidates) {
    if (victims_.size() >= kVictimsMax || victim_bytes() >= wanted_bytes) break;
    looked = consider(candidate);
    if (!looked) break;
  }
  end_step(!victims_.empty(), spared_before);
  is_over_ = is_over_ || candidates->empty();
  const bool has_victims = !victims_.empty();
  Result<std::uint64_t> released = remove_victims();
  const Status moved = move_spared();
  if (!released || has_victims) return released;
  if (!looked) return looked.error();
  if (!moved) return moved.error();
  return released;
}

Result<std::vector<Candidate>> EvictionRound::next_candidates() {
  const Result<IndexTotals> totals = parts_.index.totals();
  if (!totals) return totals.error();
  blobs_ = totals->blobs;
  const Queue queue = takes_turns_ ? other(last_queue_)
                                   : queue_to_shrink(totals->probation_bytes, totals->disk_bytes);
  last_queue_ = queue;
  auto candidates = parts_.index.candidates(queue, 0, kLooksPerStep);
  if (!candidates || !candidates->empty()) return candidates;
  last_queue_ = other(queue);
  return parts_.index.candidates(last_queue_, 0, kLooksPerStep);
}

Status EvictionRound::consider(const Candidate& candidate) {
  if (spared_ < std::min(kSparedMax, blobs_ * kLooksPerBlob)) {
    if (const auto chance = second_chance(candidate, parts_.uses.is_used(candidate.digest))) {
      ++spared_;
      moves_.push_back(*chance);
      return {};
    }
  }
  auto victim = claim(candidate.digest);
  if (!victim) return victim.error();
  if (!*victim) {
    ++blocked_;
    moves_.push_back({candidate.digest, Queue::main, candidate.frequency});
    return {};
  }
  if (candidate.queue == Queue::probation) future_ghosts_.push_back(candidate);
  return take(**std::move(victim));
}

// Pins are looked for when nobody else can use the blob any more: who pins it and then uses it is
// heard.
Result<std::optional<BlobRemover::Victim>> EvictionRound::claim(const Digest& digest) const {
  auto victim = parts_.remover.claim(digest);
  if (!victim || !*victim) return victim;
  const Result<bool> pinned = images_.is_pinned(digest);
  if (!pinned) return pinned.error();
  if (*pinned) return std::optional<BlobRemover::Victim>();
  return victim;
}

Status EvictionRound::take(BlobRemover::Victim victim) {
  const Digest digest = victim.digest;
  const WallTime used_at = victim.record.used_at;
  victim_digests_.insert(digest);
  victims_.push_back(std::move(victim));
  const auto left_behind = images_.left_behind(digest, used_at, [&](const Digest& other_digest) {
    return victim_digests_.contains(other_digest);
  });
  if (!left_behind) return left_behind.error();
  for (const Digest& left : *left_behind) {
    if (victims_.size() >= kVictimsMax + kLeftBehindPerStep) break;
    if (parts_.uses.is_used(left)) continue;
    auto also = claim(left);
    if (!also) return also.error();
    if (!*also) continue;
    victim_digests_.insert(left);
    victims_.push_back(**std::move(also));
  }
  return {};
}

Result<std::uint64_t> EvictionRound::remove_victims() {
  Result<std::uint64_t> released = std::uint64_t{0};
  if (!victims_.empty()) released = parts_.remover.remove(victims_);
  if (released) {
    for (const Candidate& gone : future_ghosts_) {
      parts_.ghosts.remember(gone.digest, gone.size_bytes);
    }
  }
  victims_.clear();
  victim_digests_.clear();
  future_ghosts_.clear();
  return released;
}

Status EvictionRound::move_spared() {
  const std::vector<Requeue> moves = std::exchange(moves_, {});
  return moves.empty() ? Status() : parts_.index.requeue(moves);
}

void EvictionRound::end_step(bool found_victims, std::size_t spared_before) {
  takes_turns_ = !found_victims && spared_ == spared_before;
  is_over_ = blocked_ >= std::min(kBlockedMax, blobs_ * kLooksPerBlob);
}

std::uint64_t EvictionRound::victim_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& victim : victims_) bytes += disk_bytes(victim.record.size_bytes);
  return bytes;
}

}  // namespace larder::cache
