// What one flight takes of the budget, from its first byte to its end.
//
// Thread-safety: any thread. Blocks: as SpaceKeeper::reserve.
#pragma once

#include <cstdint>

#include "cache/base/mutex.h"
#include "cache/space_keeper.h"

namespace larder::cache {

class FlightSpace {
 public:
  explicit FlightSpace(SpaceKeeper& keeper) : keeper_(keeper) {}

  // `disk_bytes` that an earlier flight left are this flight's now; they are counted already.
  void take_over(std::uint64_t disk_bytes);
  // Room for `disk_bytes` in all; nobody writes before there is.
  // Returns: no_space; cancelled after settle().
  Status grow_to(std::uint64_t disk_bytes);
  // So many bytes more lie in the file now.
  void wrote(std::uint64_t bytes);
  // The flight's end: so much stays on disk, the rest is given back.
  void settle(std::uint64_t disk_bytes);

 private:
  SpaceKeeper& keeper_;
  Mutex mutex_;
  CondVar changed_;
  bool growing_ GUARDED_BY(mutex_) = false;  // one thread asks, the others wait
  bool settled_ GUARDED_BY(mutex_) = false;
  std::uint64_t total_bytes_ GUARDED_BY(mutex_) = 0;
  SpaceKeeper::Reservation room_ GUARDED_BY(mutex_);  // of the total, what this flight reserved
};

}  // namespace larder::cache
