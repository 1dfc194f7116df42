// Keeps the cache under its budget and the file system above its free floor.
//
// Room is reserved before bytes are written. What does not fit asks for eviction (set_make_room)
// and tries again; what still does not fit is not written, and the caller goes on without the
// cache. All amounts are rounded up to whole disk blocks (disk_bytes), so callers may pass file
// sizes. Thread-safety: any thread. Blocks: on one statvfs, and on eviction when room is short.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "cache/base/result.h"
#include "cache/files.h"

namespace larder::cache {

struct SpaceLimits {
  std::uint64_t budget_bytes = UINT64_MAX;  // for blobs, complete and arriving, and overhead
  std::uint64_t free_floor_bytes = 0;       // of the file system, left to others
};

class SpaceKeeper {
 public:
  // Room for bytes not yet published; given back on destruction unless kept. One thread at a time.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(SpaceKeeper& keeper, std::uint64_t bytes) : keeper_(&keeper), bytes_(bytes) {}
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation();

    // Takes over what `more`, of the same keeper, has reserved.
    void add(Reservation&& more);
    // So many more of its bytes lie in a file now: the file system counts them, the floor need not.
    void wrote(std::uint64_t bytes);
    // Gives back all but `bytes`; nothing when it is not more than that.
    void keep_only(std::uint64_t bytes);
    // The bytes are a file that stays (a blob, a parked flight's chunks), until release().
    void keep();

    std::uint64_t bytes() const { return bytes_; }

   private:
    void give_back();

    SpaceKeeper* keeper_ = nullptr;
    std::uint64_t bytes_ = 0;
    std::uint64_t written_bytes_ = 0;
  };

  using SpaceOf = std::function<Result<Space>()>;
  // Frees bytes, releasing them here, so that `bytes` can be reserved. Returns: success when it is
  // worth another try, otherwise why nothing could go.
  using MakeRoom = std::function<Status(std::uint64_t bytes)>;

  // `used_bytes`: what published blobs and parked flights take now.
  SpaceKeeper(SpaceLimits limits, std::uint64_t used_bytes, SpaceOf space_of);

  // To be called once, before other threads use the keeper; the evictor needs the keeper first.
  void set_make_room(MakeRoom make_room) { make_room_ = std::move(make_room); }

  // The budget is exact. The floor counts what is reserved and not said to be written as still to
  // come, so several fills at once cannot pass it together.
  // Returns: no_space, telling which limit is hit and why eviction did not help; what asking for
  // the space returned. What can never fit is refused without eviction.
  Result<Reservation> reserve(std::uint64_t bytes);

  // A kept file of this size, or this much of one, is gone.
  void release(std::uint64_t bytes);
  // A file of this size was found that had not been counted.
  void count(std::uint64_t bytes);
  // What else lies in the cache and is no blob: the index.
  void set_overhead(std::uint64_t bytes) { overhead_bytes_ = bytes; }

  // How many bytes must go before `bytes` can be reserved; 0 when nothing must.
  std::uint64_t shortage(std::uint64_t bytes) const;

  std::uint64_t used_bytes() const { return used_bytes_; }  // kept and reserved, without overhead
  std::uint64_t overhead_bytes() const { return overhead_bytes_; }
  std::uint64_t budget_bytes() const { return limits_.budget_bytes; }

 private:
  // What is in the way of a reservation.
  struct Obstacle {
    Error error;
    std::uint64_t missing_bytes = 0;  // 0: no eviction helps
    bool is_floor = false;
  };
  std::optional<Error> why_never(std::uint64_t bytes) const;
  std::optional<Obstacle> take(std::uint64_t bytes);
  std::optional<Obstacle> take_from_budget(std::uint64_t bytes);
  std::optional<Obstacle> check_floor(std::uint64_t more_bytes) const;
  bool can_evict_away(const Obstacle& obstacle) const;
  std::uint64_t budget_for_blobs() const;

  const SpaceLimits limits_;
  const SpaceOf space_of_;
  MakeRoom make_room_;
  std::atomic<std::uint64_t> used_bytes_;         // kept and reserved
  std::atomic<std::uint64_t> promised_bytes_{0};  // reserved and not yet in a file
  std::atomic<std::uint64_t> overhead_bytes_{0};
};

}  // namespace larder::cache
