#include "daemon/control/counters.h"

namespace larder::control {

prometheus::Counter& Counters::at(const CounterKey& wanted) {
  const MutexLock lock(mutex_);
  if (const auto found = counters_.find(wanted); found != counters_.end()) return *found->second;
  const CounterKey other{"other", "other", wanted.number};
  const CounterKey& key = counters_.size() < keys_max_ ? wanted : other;
  if (const auto found = counters_.find(key); found != counters_.end()) return *found->second;
  prometheus::Counter& counter = family_.Add(labels_of_(key));
  counters_.emplace(OwnedKey{std::string(key.name), std::string(key.reason), key.number}, &counter);
  return counter;
}

}  // namespace larder::control
