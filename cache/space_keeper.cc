#include "cache/space_keeper.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cache/index.h"

namespace larder::cache {

namespace {

// Each attempt but the last is followed by an eviction that freed something, which others may have
// taken meanwhile. A file system that tells of freed blocks late must not cost the whole cache.
constexpr int kAttemptsMax = 32;
constexpr int kFloorAttemptsMax = 3;

std::uint64_t minus(std::uint64_t from, std::uint64_t bytes) {
  return from - std::min(from, bytes);
}

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

// Never below zero: what is released may have been written before this keeper counted.
void subtract(std::atomic<std::uint64_t>& total, std::uint64_t bytes) {
  std::uint64_t before = total;
  while (!total.compare_exchange_weak(before, minus(before, bytes))) {
  }
}

}  // namespace

SpaceKeeper::SpaceKeeper(SpaceLimits limits, std::uint64_t used_bytes, SpaceOf space_of)
    : limits_(limits), space_of_(std::move(space_of)), used_bytes_(used_bytes) {}

Result<SpaceKeeper::Reservation> SpaceKeeper::reserve(std::uint64_t bytes) {
  if (auto never = why_never(bytes)) return *std::move(never);
  bytes = disk_bytes(bytes);
  for (int attempt = 1;; ++attempt) {
    auto obstacle = take(bytes);
    if (!obstacle) return Reservation(*this, bytes);
    const int attempts_max = obstacle->is_floor ? kFloorAttemptsMax : kAttemptsMax;
    if (!can_evict_away(*obstacle) || attempt >= attempts_max) return std::move(obstacle->error);
    if (Status made = make_room_(bytes); !made) {
      return Error{Errc::no_space, obstacle->error.context + "; " + describe(made.error())};
    }
  }
}

bool SpaceKeeper::can_evict_away(const Obstacle& obstacle) const {
  return make_room_ && obstacle.missing_bytes > 0 && obstacle.missing_bytes <= used_bytes_;
}

std::optional<Error> SpaceKeeper::why_never(std::uint64_t bytes) const {
  if (bytes <= UINT64_MAX - kDiskBlockBytes && disk_bytes(bytes) <= budget_for_blobs()) return {};
  return Error{Errc::no_space, "cache budget: " + std::to_string(bytes) + " bytes wanted of " +
                                   std::to_string(budget_for_blobs()) + " in all"};
}

std::optional<SpaceKeeper::Obstacle> SpaceKeeper::take(std::uint64_t bytes) {
  if (auto over = take_from_budget(bytes)) return over;
  promised_bytes_ += bytes;
  auto below = check_floor(0);
  if (!below) return {};
  promised_bytes_ -= bytes;
  subtract(used_bytes_, bytes);
  return below;
}

std::optional<SpaceKeeper::Obstacle> SpaceKeeper::take_from_budget(std::uint64_t bytes) {
  std::uint64_t used = used_bytes_;
  do {
    const std::uint64_t left = minus(budget_for_blobs(), used);
    if (bytes > left) {
      const std::uint64_t missing = minus(plus(used, bytes), budget_for_blobs());
      return Obstacle{{Errc::no_space, "cache budget: " + std::to_string(bytes) +
                                           " bytes wanted, " + std::to_string(left) + " left of " +
                                           std::to_string(limits_.budget_bytes)},
                      missing};
    }
  } while (!used_bytes_.compare_exchange_weak(used, used + bytes));
  return {};
}

std::optional<SpaceKeeper::Obstacle> SpaceKeeper::check_floor(std::uint64_t more_bytes) const {
  const Result<Space> space = space_of_();
  if (!space) return Obstacle{in_context("cache free floor", space.error()), 0};
  const std::uint64_t promised = plus(promised_bytes_, more_bytes);
  const std::uint64_t needed = plus(promised, limits_.free_floor_bytes);
  const std::uint64_t available = space->available_bytes;
  if (available >= needed) return {};
  return Obstacle{
      {Errc::no_space, "cache free floor: " + std::to_string(available) + " bytes are free, " +
                           std::to_string(promised) + " promised, " +
                           std::to_string(limits_.free_floor_bytes) + " to be left"},
      needed - available,
      /*is_floor=*/true};
}

std::uint64_t SpaceKeeper::budget_for_blobs() const {
  return minus(limits_.budget_bytes, overhead_bytes_);
}

std::uint64_t SpaceKeeper::shortage(std::uint64_t bytes) const {
  const std::uint64_t of_budget = minus(plus(used_bytes_, bytes), budget_for_blobs());
  const auto below = check_floor(bytes);
  return std::max(of_budget, below ? below->missing_bytes : 0);
}

void SpaceKeeper::release(std::uint64_t bytes) {
  subtract(used_bytes_, disk_bytes(bytes));
}

void SpaceKeeper::count(std::uint64_t bytes) {
  used_bytes_ += disk_bytes(bytes);
}

SpaceKeeper::Reservation::Reservation(Reservation&& other) noexcept
    : keeper_(std::exchange(other.keeper_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      written_bytes_(std::exchange(other.written_bytes_, 0)) {}

SpaceKeeper::Reservation& SpaceKeeper::Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  keeper_ = std::exchange(other.keeper_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  written_bytes_ = std::exchange(other.written_bytes_, 0);
  return *this;
}

SpaceKeeper::Reservation::~Reservation() {
  give_back();
}

void SpaceKeeper::Reservation::add(Reservation&& more) {
  if (keeper_ == nullptr) {
    *this = std::move(more);
    return;
  }
  CHECK(more.keeper_ == nullptr || more.keeper_ == keeper_);
  more.keeper_ = nullptr;
  bytes_ += std::exchange(more.bytes_, 0);
  written_bytes_ += std::exchange(more.written_bytes_, 0);
}

void SpaceKeeper::Reservation::wrote(std::uint64_t bytes) {
  if (keeper_ == nullptr) return;
  const std::uint64_t counted = std::min(bytes, bytes_ - written_bytes_);
  written_bytes_ += counted;
  keeper_->promised_bytes_ -= counted;
}

void SpaceKeeper::Reservation::keep_only(std::uint64_t bytes) {
  const std::uint64_t kept = std::min(bytes_, disk_bytes(std::min(bytes, bytes_)));
  if (keeper_ == nullptr || kept == bytes_) return;
  const std::uint64_t promised = bytes_ - written_bytes_;
  written_bytes_ = std::min(written_bytes_, kept);
  keeper_->promised_bytes_ -= promised - (kept - written_bytes_);
  subtract(keeper_->used_bytes_, bytes_ - kept);
  bytes_ = kept;
}

void SpaceKeeper::Reservation::keep() {
  if (keeper_ != nullptr) keeper_->promised_bytes_ -= bytes_ - written_bytes_;
  keeper_ = nullptr;
  bytes_ = 0;
  written_bytes_ = 0;
}

void SpaceKeeper::Reservation::give_back() {
  keep_only(0);
  keep();
}

}  // namespace larder::cache
