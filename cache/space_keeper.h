// Keeps the cache under its budget and the file system above its free floor.
//
// Room is reserved before bytes are written; what cannot be reserved is not written, and the caller
// goes on without the cache. (Making room by eviction comes on top of this.)
// Thread-safety: any thread. Blocks: on one statvfs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "cache/base/result.h"
#include "cache/files.h"

namespace larder::cache {

struct SpaceLimits {
  std::uint64_t budget_bytes = UINT64_MAX;  // for blobs, complete and arriving
  std::uint64_t free_floor_bytes = 0;       // of the file system, left to others
};

class SpaceKeeper {
 public:
  // Room for bytes not yet published; given back on destruction unless kept.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(SpaceKeeper& keeper, std::uint64_t bytes) : keeper_(&keeper), bytes_(bytes) {}
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();
    // The bytes are a published blob now.
    void keep();

   private:
    void give_back();

    SpaceKeeper* keeper_ = nullptr;
    std::uint64_t bytes_ = 0;
  };

  using SpaceOf = std::function<Result<Space>()>;

  // `used_bytes`: what published blobs take now.
  SpaceKeeper(SpaceLimits limits, std::uint64_t used_bytes, SpaceOf space_of);

  // The budget is exact. The floor counts all that is reserved as not yet on disk, so several fills
  // at once cannot pass it together; near it, a fill may be refused that would just have fit.
  // Returns: no_space, telling which limit is hit; what asking for the space returned.
  Result<Reservation> reserve(std::uint64_t bytes);

  // A published blob of this size is gone.
  void release(std::uint64_t bytes);
  // A published blob of this size was found that had not been counted.
  void count(std::uint64_t bytes) { used_bytes_ += bytes; }

  std::uint64_t used_bytes() const { return used_bytes_; }
  std::uint64_t budget_bytes() const { return limits_.budget_bytes; }

 private:
  Status take_from_budget(std::uint64_t bytes);
  Status check_floor() const;

  const SpaceLimits limits_;
  const SpaceOf space_of_;
  std::atomic<std::uint64_t> used_bytes_;  // published and reserved
  std::atomic<std::uint64_t> reserved_bytes_{0};
};

}  // namespace larder::cache
