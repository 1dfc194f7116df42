// The names that were asked for since they were last confirmed, and when to confirm them again.
//
// A name is noted at a use, once, and taken at its time; nobody asks for it afterwards: it goes.
// When there are too many, those that are due first have their place: the others can be noted at a
// later use.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/registry/origin.h"

namespace larder::registry {

class RefreshBook {
 public:
  static constexpr std::size_t kNamesMax = 4096;

  struct Due {
    cache::TagName name;
    OriginPtr origin;
  };

  // A name that is noted already stays as it is. In a full book the name that is due last gives
  // way; so does a new one that would be.
  void note(const cache::TagName& name, const OriginPtr& origin, MonoTime due);
  // Removes and returns what is due, the longest due first, `count` at most.
  std::vector<Due> take_due(MonoTime now, std::size_t count);

 private:
  bool make_room(MonoTime due) REQUIRES(mutex_);

  Mutex mutex_;
  std::unordered_map<std::string, Due> names_ GUARDED_BY(mutex_);  // by TagName::str()
  std::multimap<MonoTime, std::string> times_ GUARDED_BY(mutex_);
};

}  // namespace larder::registry
