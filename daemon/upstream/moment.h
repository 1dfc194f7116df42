// One moment on both clocks, to tell other moments of one in the other.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <chrono>

#include "cache/base/clock.h"

namespace larder::upstream {

struct Moment {
  MonoTime mono;
  WallTime wall;

  WallTime wall_of(MonoTime time) const {
    return wall + std::chrono::duration_cast<WallTime::duration>(time - mono);
  }
};

inline Moment now_of(const Clock& clock) {
  return {clock.now(), clock.wall()};
}

}  // namespace larder::upstream
