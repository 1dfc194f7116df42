// What an upstream said a moment ago that it does not have.
//
// So that a client that asks again and again, or many at once, cost the upstream one question.
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"

namespace larder::registry {

// Short, for what was pushed a moment ago must be found.
inline constexpr std::chrono::seconds kNegativeTime{5};

class Negatives {
 public:
  // Those noted last are kept.
  static constexpr std::size_t kNamesMax = 4096;

  // Nothing but a clear not_found is ever noted.
  void note(const std::string& name, const Error& error, MonoTime now,
            Duration time = kNegativeTime);
  void forget(const std::string& name);
  std::optional<Error> find(const std::string& name, MonoTime now) const;

 private:
  struct Entry {
    Error error;
    MonoTime until;
  };
  void make_room(MonoTime now) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace larder::registry
