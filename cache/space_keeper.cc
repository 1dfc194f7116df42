#include "cache/space_keeper.h"

#include <algorithm>
#include <string>
#include <utility>

namespace larder::cache {

namespace {

// Never below zero: what is released may have been written before this keeper counted.
void subtract(std::atomic<std::uint64_t>& total, std::uint64_t bytes) {
  std::uint64_t before = total;
  while (!total.compare_exchange_weak(before, before - std::min(before, bytes))) {
  }
}

}  // namespace

SpaceKeeper::SpaceKeeper(SpaceLimits limits, std::uint64_t used_bytes, SpaceOf space_of)
    : limits_(limits), space_of_(std::move(space_of)), used_bytes_(used_bytes) {}

Result<SpaceKeeper::Reservation> SpaceKeeper::reserve(std::uint64_t bytes) {
  if (Status taken = take_from_budget(bytes); !taken) return taken.error();
  reserved_bytes_ += bytes;
  Reservation reservation(*this, bytes);  // gives all back if the floor refuses it
  if (Status above = check_floor(); !above) return above.error();
  return reservation;
}

Status SpaceKeeper::take_from_budget(std::uint64_t bytes) {
  std::uint64_t used = used_bytes_;
  do {
    const std::uint64_t left = limits_.budget_bytes - std::min(limits_.budget_bytes, used);
    if (bytes > left) {
      return Error{Errc::no_space, "cache budget: " + std::to_string(bytes) + " bytes wanted, " +
                                       std::to_string(left) + " left of " +
                                       std::to_string(limits_.budget_bytes)};
    }
  } while (!used_bytes_.compare_exchange_weak(used, used + bytes));
  return {};
}

Status SpaceKeeper::check_floor() const {
  const Result<Space> space = space_of_();
  if (!space) return in_context("cache free floor", space.error());
  const std::uint64_t reserved = reserved_bytes_;
  const std::uint64_t available = space->available_bytes;
  if (available >= reserved && available - reserved >= limits_.free_floor_bytes) return {};
  return Error{Errc::no_space, "cache free floor: " + std::to_string(available) +
                                   " bytes are free, " + std::to_string(reserved) + " promised, " +
                                   std::to_string(limits_.free_floor_bytes) + " to be left"};
}

void SpaceKeeper::release(std::uint64_t bytes) {
  subtract(used_bytes_, bytes);
}

SpaceKeeper::Reservation::Reservation(Reservation&& other) noexcept
    : keeper_(std::exchange(other.keeper_, nullptr)), bytes_(other.bytes_) {}

SpaceKeeper::Reservation& SpaceKeeper::Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  keeper_ = std::exchange(other.keeper_, nullptr);
  bytes_ = other.bytes_;
  return *this;
}

SpaceKeeper::Reservation::~Reservation() {
  give_back();
}

void SpaceKeeper::Reservation::keep() {
  if (keeper_ != nullptr) keeper_->reserved_bytes_ -= bytes_;
  keeper_ = nullptr;
}

void SpaceKeeper::Reservation::give_back() {
  if (keeper_ == nullptr) return;
  keeper_->reserved_bytes_ -= bytes_;
  keeper_->release(bytes_);
  keeper_ = nullptr;
}

}  // namespace larder::cache
