#include "daemon/registry/refresh_book.h"

#include <iterator>
#include <utility>

namespace larder::registry {

void RefreshBook::note(const cache::TagName& name, const OriginPtr& origin, MonoTime due) {
  std::string key = name.str();
  MutexLock lock(mutex_);
  if (names_.contains(key) || !make_room(due)) return;
  names_.emplace(key, Due{name, origin});
  times_.emplace(due, std::move(key));
}

// False when all the others are due before.
bool RefreshBook::make_room(MonoTime due) {
  if (names_.size() < kNamesMax) return true;
  const auto last = std::prev(times_.end());
  if (last->first <= due) return false;
  names_.erase(last->second);
  times_.erase(last);
  return true;
}

std::vector<RefreshBook::Due> RefreshBook::take_due(MonoTime now, std::size_t count) {
  std::vector<Due> due;
  MutexLock lock(mutex_);
  while (due.size() < count && !times_.empty() && times_.begin()->first <= now) {
    const auto name = names_.find(times_.begin()->second);
    due.push_back(std::move(name->second));
    names_.erase(name);
    times_.erase(times_.begin());
  }
  return due;
}

}  // namespace larder::registry
