// Replays made-up image pulls against eviction policies and prints how much each would have served
// from the cache: `replay_bench [seeds]`. docs/eviction.md has a run and what follows from it.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/bench/replay/policies.h"
#include "tests/bench/replay/trace.h"

namespace larder::bench {
namespace {

struct Hits {
  double bytes = 0;   // of the bytes asked for, the share that was cached
  double images = 0;  // of the whole pulls, the share that needed no upstream
};

// One pull. Returns: whether all of it was cached; adds to the bytes.
bool pull_whole(const Trace& trace, const Version& version, Policy& policy, double& bytes,
                double& bytes_hit) {
  bool all_hit = true;
  for (const ObjectId id : version.objects) {
    const auto size = static_cast<double>(trace.world.size_bytes[id]);
    const bool hit = policy.request(id);
    bytes += size;
    if (hit) bytes_hit += size;
    all_hit = all_hit && hit;
  }
  return all_hit;
}

Hits replay(const Trace& trace, const PolicyKind& kind, Policy& policy) {
  double bytes = 0, bytes_hit = 0, images = 0, images_hit = 0;
  for (const Pull& pull : trace.pulls) {
    const Version& version = trace.world.versions[pull.version];
    if (version.replaces && !policy.is_cached(version.manifest())) {
      policy.superseded(*version.replaces);
    }
    if (pull.whole) {
      images += 1;
      images_hit += pull_whole(trace, version, policy, bytes, bytes_hit);
      continue;
    }
    policy.request(version.manifest());
    if (!kind.manifest_counts_for_layers) continue;
    for (const ObjectId id : version.objects) policy.touch(id);
  }
  return {bytes_hit / bytes, images_hit / images};
}

constexpr std::array kCacheShares = {0.10, 0.25, 0.50};
const std::array kTraces = {
    TraceSpec{.name = "zipf day"},
    TraceSpec{.name = "nightly scan", .nightly_scan = true},
    TraceSpec{.name = "rolling update", .rolling_update = true},
    TraceSpec{.name = "all three", .nightly_scan = true, .rolling_update = true},
};

using Table = std::map<std::string, std::vector<Hits>>;  // by policy: a cell per trace and share

void replay_cell(std::size_t cell, const Trace& trace, double share, int seeds, Table& table) {
  const double capacity = static_cast<double>(trace.footprint_bytes()) * share;
  for (const PolicyKind& kind : all_policies()) {
    const auto policy = kind.make(trace.world, static_cast<std::uint64_t>(capacity));
    const Hits hits = replay(trace, kind, *policy);
    std::vector<Hits>& row = table[kind.name];
    row.resize(std::max(row.size(), cell + 1));
    row[cell].bytes += hits.bytes / seeds;
    row[cell].images += hits.images / seeds;
  }
}

Table replay_all(int seeds) {
  Table table;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::size_t cell = 0;
    for (TraceSpec spec : kTraces) {
      spec.seed = static_cast<std::uint64_t>(seed);
      const Trace trace = make_trace(spec);
      for (const double share : kCacheShares) replay_cell(cell++, trace, share, seeds, table);
    }
  }
  return table;
}

void print(const char* what, double Hits::*ratio, const Table& table) {
  std::printf("\n| %s |", what);
  for (const TraceSpec& spec : kTraces) {
    for (const double share : kCacheShares)
      std::printf(" %s %.0f%% |", spec.name.c_str(), share * 100);
  }
  std::printf(" mean | worst |\n");
  for (const PolicyKind& kind : all_policies()) {
    double sum = 0, worst = 1;
    std::printf("| %s |", kind.name.c_str());
    for (const Hits& hits : table.at(kind.name)) {
      std::printf(" %.1f |", hits.*ratio * 100);
      sum += hits.*ratio;
      worst = std::min(worst, hits.*ratio);
    }
    const auto cells = static_cast<double>(table.at(kind.name).size());
    std::printf(" %.1f | %.1f |\n", sum / cells * 100, worst * 100);
  }
}

}  // namespace
}  // namespace larder::bench

int main(int argc, char** argv) {
  using namespace larder::bench;
  const Table table = replay_all(argc > 1 ? std::max(1, std::atoi(argv[1])) : 20);
  print("bytes", &Hits::bytes, table);
  print("images", &Hits::images, table);
}
