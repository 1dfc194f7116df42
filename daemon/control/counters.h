// The counters of one family, found by a key: their labels are built once, when the key is first
// seen.
//
// prometheus::Family::Add builds and hashes a map of labels on every call; a request must not pay
// that. Thread-safety: any thread. Blocks: no (a short lock).
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "cache/base/mutex.h"

namespace larder::control {

// What tells the counters of a family apart; unused parts are left empty. The texts may come from
// outside; `number` has few values.
struct CounterKey {
  std::string_view name;
  std::string_view reason;
  std::uint32_t number = 0;

  auto operator<=>(const CounterKey&) const = default;
};

class Counters {
 public:
  using LabelsOf = prometheus::Labels (*)(const CounterKey&);

  // At most `keys_max` keys are told apart. `family` must outlive this.
  Counters(prometheus::Family<prometheus::Counter>& family, LabelsOf labels_of,
           std::size_t keys_max)
      : family_(family), labels_of_(labels_of), keys_max_(keys_max) {}

  // The counter of `key`; when it is new and there are too many, the one of its number with "other"
  // for both texts.
  // The result refers to the family, valid as long as it is.
  prometheus::Counter& at(const CounterKey& key);

 private:
  struct OwnedKey {
    std::string name;
    std::string reason;
    std::uint32_t number;
    operator CounterKey() const { return {name, reason, number}; }
  };
  struct Less {
    using is_transparent = void;
    bool operator()(const CounterKey& a, const CounterKey& b) const { return a < b; }
  };

  prometheus::Family<prometheus::Counter>& family_;
  const LabelsOf labels_of_;
  const std::size_t keys_max_;
  Mutex mutex_;
  std::map<OwnedKey, prometheus::Counter*, Less> counters_ GUARDED_BY(mutex_);
};

}  // namespace larder::control
