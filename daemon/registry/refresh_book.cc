#include "daemon/registry/refresh_book.h"

#include <utility>

namespace larder::registry {

void RefreshBook::note(const std::string& key, const Due& name, MonoTime due) {
  MutexLock lock(mutex_);
  if (names_.size() >= kNamesMax || !names_.try_emplace(key, name).second) return;
  times_.emplace(due, key);
}

bool RefreshBook::is_noted(const std::string& name) const {
  MutexLock lock(mutex_);
  return names_.count(name) > 0;
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
