#include "daemon/registry/negatives.h"

#include <algorithm>

namespace larder::registry {

void Negatives::note(const std::string& name, const Error& error, MonoTime now, Duration time) {
  if (error.code != Errc::not_found) return;
  MutexLock lock(mutex_);
  if (entries_.size() >= kNamesMax) make_room(now);
  entries_.insert_or_assign(name, Entry{error, now + time});
}

void Negatives::forget(const std::string& name) {
  MutexLock lock(mutex_);
  entries_.erase(name);
}

std::optional<Error> Negatives::find(const std::string& name, MonoTime now) const {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end() || entry->second.until <= now) return std::nullopt;
  Error error = entry->second.error;
  error.cause = "negative";
  return error;
}

void Negatives::make_room(MonoTime now) {
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() < kNamesMax) return;
  entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

}  // namespace larder::registry
