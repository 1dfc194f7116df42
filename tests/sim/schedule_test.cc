// The simulation itself: that it replays, and that it sees what it is there to see.
#include "tests/sim/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace larder::sim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ScheduleTest : public ::testing::Test {
 protected:
  Verdict run(std::uint64_t seed, const ScheduleOptions& options = {}) {
    return run_schedule(seed, catalog_, pool_, options);
  }

  std::vector<std::uint64_t> hashes(std::uint64_t first, std::uint64_t count) {
    std::vector<std::uint64_t> hashes;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      hashes.push_back(run(seed).trace_hash);
    }
    return hashes;
  }

  // The first schedule over a disk that lies about sync() that loses a blob.
  std::optional<Verdict> find_loss() {
    for (std::uint64_t seed = 1; seed < 500; ++seed) {
      Verdict verdict = run(seed, {.disk_lies = true});
      if (verdict.violation && verdict.violation->rule.find("is lost") != std::string::npos) {
        return verdict;
      }
    }
    return std::nullopt;
  }

  const Catalog catalog_;
  Fibers::Pool pool_;
};

TEST_F(ScheduleTest, IsTheSameForTheSameSeed) {
  EXPECT_EQ(hashes(1, 100), hashes(1, 100));
}

TEST_F(ScheduleTest, IsAnotherForAnotherSeed) {
  EXPECT_NE(run(1).trace_hash, run(2).trace_hash);
}

TEST_F(ScheduleTest, DoesNotDependOnTheOnesBefore) {
  const std::uint64_t after_none = run(60).trace_hash;

  (void)hashes(20, 30);

  EXPECT_EQ(run(60).trace_hash, after_none);
}

TEST_F(ScheduleTest, SeesThatADiskThatDoesNotSyncLosesBlobs) {
  const auto verdict = find_loss();

  ASSERT_TRUE(verdict.has_value());
  EXPECT_THAT(verdict->violation->rule, HasSubstr("a published blob is lost: sha"));
  EXPECT_THAT(verdict->violation->events, SizeIs(50));
  EXPECT_THAT(verdict->violation->events, Contains(HasSubstr("restart")));
}

TEST_F(ScheduleTest, BreaksTheSameRuleAtTheSameStepWhenReplayed) {
  const auto verdict = find_loss();
  ASSERT_TRUE(verdict.has_value());

  const Verdict again = run(verdict->seed, {.disk_lies = true});

  ASSERT_TRUE(again.violation.has_value());
  EXPECT_EQ(again.trace_hash, verdict->trace_hash);
  EXPECT_EQ(again.violation->rule, verdict->violation->rule);
  EXPECT_EQ(again.violation->step, verdict->violation->step);
  EXPECT_EQ(again.violation->events, verdict->violation->events);
}

TEST_F(ScheduleTest, CountsWhatHappened) {
  Stats stats;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) stats.add(run(seed).stats);

  EXPECT_EQ(stats.get(Count::schedules), 200u);
  for (const Count count :
       {Count::kills, Count::power_losses, Count::readers_served, Count::hits, Count::joins,
        Count::misses, Count::passes, Count::resumed_bytes, Count::published, Count::evicted,
        Count::degraded, Count::corrupt, Count::documents, Count::tags}) {
    EXPECT_GT(stats.get(count), 0u) << kCountNames[static_cast<std::size_t>(count)];
  }
}

}  // namespace
}  // namespace larder::sim
