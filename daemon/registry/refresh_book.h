// The names that were asked for since they were last confirmed, and when to confirm them again.
//
// A name is noted at a use, once, and taken at its time; nobody asks for it afterwards: it goes.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/registry/origin.h"

namespace larder::registry {

class RefreshBook {
 public:
  // More names than this are left to the requests that ask for them.
  static constexpr std::size_t kNamesMax = 4096;

  struct Due {
    cache::TagName name;
    OriginPtr origin;
  };

  // A name that is noted already stays as it is.
  // `key` is name.str().
  void note(const std::string& key, const Due& name, MonoTime due);
  bool is_noted(const std::string& name) const;
  // Removes and returns what is due, the longest due first, `count` at most.
  std::vector<Due> take_due(MonoTime now, std::size_t count);

 private:
  mutable Mutex mutex_;
  std::map<std::string, Due> names_ GUARDED_BY(mutex_);  // by TagName::str()
  std::multimap<MonoTime, std::string> times_ GUARDED_BY(mutex_);
};

}  // namespace larder::registry
