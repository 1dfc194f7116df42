#include "cache/eviction_policy.h"

#include <algorithm>

namespace larder::cache {

Queue queue_to_shrink(std::uint64_t probation_bytes, std::uint64_t all_bytes) {
  const bool has_main = all_bytes > probation_bytes;
  const bool is_large = probation_bytes > all_bytes / 100 * kProbationPercent;
  return is_large || !has_main ? Queue::probation : Queue::main;
}

std::optional<Requeue> second_chance(const Candidate& oldest, bool is_used) {
  if (oldest.frequency == 0 && !is_used) return std::nullopt;
  // Main counts its uses down; probation has asked all it wanted to know.
  const bool counts_down = oldest.queue == Queue::main && oldest.frequency > 0;
  return Requeue{oldest.digest, Queue::main, counts_down ? oldest.frequency - 1 : 0};
}

}  // namespace larder::cache
