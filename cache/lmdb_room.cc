#include "cache/lmdb_room.h"

#include <algorithm>
#include <cstdint>

namespace larder::cache {

Result<Fits> what_fits(const LmdbEnvironment& environment) {
  constexpr std::uint64_t kReservePagesMin = 24;  // one small change, with all it may rebalance
  const Result<LmdbEnvironment::Room> room = environment.room();
  if (!room) return room.error();
  if (room->pages < std::max(room->of / 32, kReservePagesMin)) return Fits::nothing;
  return room->pages < room->of / 8 ? Fits::record : Fits::document;
}

}  // namespace larder::cache
