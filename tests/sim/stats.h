// What happened in many schedules, counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace larder::sim {

enum class Count {
  schedules,
  steps,
  lives,
  kills,
  power_losses,
  starts_refused,
  readers,
  readers_served,
  readers_failed,
  readers_gone,
  hits,
  joins,
  misses,
  passes,
  flights,
  resumed_bytes,
  published,
  evicted,
  degraded,
  corrupt,
  documents,
  tags,
  sent_bytes,
  clean_blob_bytes,  // of blobs fetched from sources that never fail, over a good disk
  clean_sent_bytes,  // and what their sources sent for that
};
inline constexpr std::array<std::string_view, 25> kCountNames = {
    "schedules",       "steps",   "lives",     "kills",         "power losses", "starts refused",
    "readers",         "served",  "failed",    "gone",          "hits",         "joins",
    "misses",          "passes",  "flights",   "resumed bytes", "published",    "evicted",
    "degraded",        "corrupt", "documents", "tags",          "sent bytes",   "clean blob bytes",
    "clean sent bytes"};

class Stats {
 public:
  void add(Count count, std::uint64_t by = 1) { counts_[static_cast<std::size_t>(count)] += by; }
  std::uint64_t get(Count count) const { return counts_[static_cast<std::size_t>(count)]; }
  void add(const Stats& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  const std::array<std::uint64_t, kCountNames.size()>& all() const { return counts_; }

 private:
  std::array<std::uint64_t, kCountNames.size()> counts_{};
};

}  // namespace larder::sim
