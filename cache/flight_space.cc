#include "cache/flight_space.h"

#include <utility>

namespace larder::cache {

void FlightSpace::take_over(std::uint64_t disk_bytes) {
  MutexLock lock(mutex_);
  total_bytes_ += disk_bytes;
}

Status FlightSpace::grow_to(std::uint64_t disk_bytes) {
  std::uint64_t missing = 0;
  {
    MutexLock lock(mutex_);
    while (growing_) changed_.wait(mutex_);
    if (settled_) return Error{Errc::cancelled, "the flight is over"};
    if (disk_bytes <= total_bytes_) return {};
    missing = disk_bytes - total_bytes_;
    growing_ = true;
  }
  auto room = keeper_.reserve(missing);
  {
    MutexLock lock(mutex_);
    growing_ = false;
    if (room.ok()) {
      total_bytes_ = disk_bytes;
      room_.add(*std::move(room));
    }
  }
  changed_.notify_all();
  return room.ok() ? Status() : room.error();
}

void FlightSpace::wrote(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  room_.wrote(bytes);
}

void FlightSpace::settle(std::uint64_t disk_bytes) {
  SpaceKeeper::Reservation room;
  std::uint64_t total = 0;
  {
    MutexLock lock(mutex_);
    while (growing_) changed_.wait(mutex_);
    settled_ = true;
    room = std::move(room_);
    total = std::exchange(total_bytes_, 0);
  }
  room.keep();
  if (total > disk_bytes) keeper_.release(total - disk_bytes);
  if (total < disk_bytes) keeper_.count(disk_bytes - total);
}

}  // namespace larder::cache
