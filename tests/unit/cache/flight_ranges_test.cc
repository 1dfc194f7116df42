// The flight machine with ranges, several fetches, resumed bytes and a second try.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cache/flight_machine.h"
#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::kMiB;
constexpr ByteRange kWhole{0, kToTheEnd};
constexpr Duration kMeasured = std::chrono::milliseconds(250);

template <class Action>
std::vector<Action> take(FlightActions& actions) {
  std::vector<Action> found;
  for (const auto& action : actions) {
    if (const auto* match = std::get_if<Action>(&action)) found.push_back(*match);
  }
  actions.clear();
  return found;
}

class FlightRangesTest : public ::testing::Test {
 protected:
  void bring(FlightMachine& machine, FetchId fetch, std::uint64_t size) {
    const Arrived arrived = machine.bytes_arrived(fetch, size);
    machine.bytes_written(fetch, arrived.range, now_, actions_);
  }

  // All that the fetch was asked for, begun and brought.
  void bring_all(FlightMachine& machine, const StartFetch& fetch, std::uint64_t blob_size) {
    ASSERT_TRUE(machine.fetch_began(fetch.fetch, fetch.range.begin, blob_size, actions_));
    bring(machine, fetch.fetch, std::min(fetch.range.end, blob_size) - fetch.range.begin);
  }

  FlightActions actions_;
  MonoTime now_{};
};

TEST_F(FlightRangesTest, ARangeBringsItsChunksOnly) {
  FlightMachine machine({}, 1);
  ASSERT_TRUE(machine.reader_joins(1, {5 * kMiB + 7, 6 * kMiB + 1}, actions_));

  machine.start(actions_);

  const auto started = take<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].range, (ByteRange{5 * kMiB, 7 * kMiB}));
}

TEST_F(FlightRangesTest, APresentRangeIsReadableThoughTheRestIsAbsent) {
  FlightMachine machine({}, 1);
  machine.reader_joins(1, {99 * kMiB, 100 * kMiB}, actions_);
  machine.start(actions_);
  const auto started = take<StartFetch>(actions_);

  bring_all(machine, started.at(0), 100 * kMiB);

  EXPECT_EQ(machine.readable_until(99 * kMiB), 100 * kMiB);
  EXPECT_TRUE(take<StartFetch>(actions_).empty());
}

TEST_F(FlightRangesTest, ParksWhenItsLastReaderIsGone) {
  FlightMachine machine({}, 1);
  machine.reader_joins(1, {0, 10}, actions_);
  machine.start(actions_);
  bring_all(machine, take<StartFetch>(actions_).at(0), 100 * kMiB);

  machine.reader_left(1, actions_);

  EXPECT_EQ(take<ParkBlob>(actions_).size(), 1u);
  EXPECT_FALSE(machine.reader_joins(2, {0, 10}, actions_));
}

TEST_F(FlightRangesTest, AReaderOfTheWholeBringsTheRestIn) {
  FlightMachine machine({}, 1);
  machine.reader_joins(1, {0, 10}, actions_);
  machine.start(actions_);
  bring_all(machine, take<StartFetch>(actions_).at(0), 100 * kMiB);

  machine.reader_joins(2, kWhole, actions_);

  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, (ByteRange{kMiB, kToTheEnd}));
}

TEST_F(FlightRangesTest, ARangeBringsTheWholeBlobWhenItIsConfiguredTo) {
  FlightMachine machine({.complete_ranges = true}, 1);
  machine.reader_joins(1, {5 * kMiB, 6 * kMiB}, actions_);

  machine.start(actions_);

  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, kWhole);
}

TEST_F(FlightRangesTest, AReaderThatAsksForTheSizeBringsOneChunk) {
  FlightMachine machine({}, 1);
  machine.reader_joins(1, {0, 0}, actions_);

  machine.start(actions_);

  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, (ByteRange{0, kMiB}));
}

TEST_F(FlightRangesTest, ARangeBeyondTheEndLearnsTheSizeInstead) {
  FlightMachine machine({}, 1);
  machine.reader_joins(1, {50 * kMiB, 51 * kMiB}, actions_);
  machine.start(actions_);
  const auto beyond = take<StartFetch>(actions_);

  machine.fetch_ended(beyond.at(0).fetch, Error{Errc::invalid, "416"}, actions_);

  const auto again = take<StartFetch>(actions_);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].range, (ByteRange{0, kMiB}));
  bring_all(machine, again[0], 3 * kMiB);
  EXPECT_EQ(machine.blob_size(), 3 * kMiB);
}

// A flight that has been given a window's time and bytes, so that it tries a second fetch.
class ParallelTest : public FlightRangesTest {
 protected:
  static constexpr std::uint64_t kSize = 100 * kMiB;

  void begin_and_measure(FlightMachine& machine) {
    machine.reader_joins(1, kWhole, actions_);
    machine.start(actions_);
    first_ = take<StartFetch>(actions_).at(0);
    ASSERT_TRUE(machine.fetch_began(first_.fetch, 0, kSize, actions_));
    bring(machine, first_.fetch, kMiB);
    now_ += kMeasured;
    bring(machine, first_.fetch, kMiB);
  }

  StartFetch first_{};
};

TEST_F(ParallelTest, TriesASecondFetchOfOneSegmentAhead) {
  FlightMachine machine({}, 1);

  begin_and_measure(machine);

  const auto started = take<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].range, (ByteRange{10 * kMiB, 18 * kMiB}));
}

TEST_F(ParallelTest, AsksOnlyOnceWhenTheSourceIgnoresRanges) {
  FlightMachine machine({}, 1);
  begin_and_measure(machine);
  const auto second = take<StartFetch>(actions_);

  EXPECT_FALSE(machine.fetch_began(second.at(0).fetch, 0, kSize, actions_));
  bring(machine, first_.fetch, kSize - 2 * kMiB);

  EXPECT_TRUE(machine.phase() == FlightMachine::Phase::verifying);
  EXPECT_TRUE(take<StartFetch>(actions_).empty());
}

TEST_F(ParallelTest, EveryByteIsAskedForOnceByAllTheFetches) {
  FlightMachine machine({.fetch_count = {.gain_percent = 0}}, 1);
  begin_and_measure(machine);

  std::vector<StartFetch> running = take<StartFetch>(actions_);
  std::uint64_t brought = 2 * kMiB;
  while (machine.wants(first_.fetch)) {
    const std::uint64_t before = machine.kept_disk_bytes();
    bring(machine, first_.fetch, kMiB);
    brought += machine.kept_disk_bytes() - before;
    now_ += kMeasured / 4;
    for (const StartFetch& fetch : take<StartFetch>(actions_)) running.push_back(fetch);
  }
  while (!running.empty()) {
    const StartFetch fetch = running.back();
    running.pop_back();
    brought += std::min(fetch.range.end, kSize) - fetch.range.begin;
    bring_all(machine, fetch, kSize);
    for (const StartFetch& next : take<StartFetch>(actions_)) running.push_back(next);
  }

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::verifying);
  EXPECT_EQ(brought, kSize);
}

TEST_F(ParallelTest, ARefusedFetchLeavesTheOthersAlone) {
  FlightMachine machine({}, 1);
  begin_and_measure(machine);

  machine.fetch_refused(take<StartFetch>(actions_).at(0).fetch, actions_);
  bring(machine, first_.fetch, kSize - 2 * kMiB);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::verifying);
}

class ResumeTest : public FlightRangesTest {
 protected:
  static constexpr std::uint64_t kSize = 4 * kMiB;

  // Chunks 0 and 1 are on disk, as an earlier flight says.
  void resume(FlightMachine& machine) {
    ByteRanges kept;
    kept.add({0, 2 * kMiB});
    machine.resume(kSize, kept, 2 * kMiB);
    machine.reader_joins(1, kWhole, actions_);
    machine.start(actions_);
  }
};

TEST_F(ResumeTest, FetchesOnlyWhatIsNotOnDisk) {
  FlightMachine machine({}, 1);

  resume(machine);

  const auto started = take<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].range, (ByteRange{2 * kMiB, kToTheEnd}));
}

TEST_F(ResumeTest, ABytesIsReadableOnceItHasBeenChecked) {
  FlightMachine machine({}, 1);
  resume(machine);
  EXPECT_EQ(machine.readable_until(0), 0u);

  const auto first = machine.next_check();
  ASSERT_EQ(first, (ByteRange{0, kMiB}));
  machine.bytes_checked(*first, true, actions_);

  EXPECT_EQ(machine.readable_until(0), kMiB);
  EXPECT_EQ(machine.next_check(), (ByteRange{kMiB, 2 * kMiB}));
}

TEST_F(ResumeTest, FetchesAgainWhatIsNotWhatItWas) {
  FlightMachine machine({}, 1);
  resume(machine);
  const auto started = take<StartFetch>(actions_);

  machine.bytes_checked(*machine.next_check(), false, actions_);

  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, (ByteRange{0, kMiB}));
}

class WholeButUnchecked : public ResumeTest {
 protected:
  // The other chunks are brought for a reader that leaves before the first two were checked.
  void leave_whole(FlightMachine& machine) {
    machine.resume(kSize, kept(), 2 * kMiB);
    machine.reader_joins(1, {2 * kMiB, kSize}, actions_);
    machine.start(actions_);
    bring_all(machine, take<StartFetch>(actions_).at(0), kSize);
    machine.reader_left(1, actions_);
  }
  static ByteRanges kept() {
    ByteRanges kept;
    kept.add({0, 2 * kMiB});
    return kept;
  }
};

TEST_F(WholeButUnchecked, IsCheckedAndVerifiedThoughNobodyReads) {
  FlightMachine machine({}, 1);
  leave_whole(machine);
  EXPECT_TRUE(take<ParkBlob>(actions_).empty());

  while (const auto range = machine.next_check()) machine.bytes_checked(*range, true, actions_);

  EXPECT_EQ(take<VerifyBlob>(actions_).size(), 1u);
}

TEST_F(WholeButUnchecked, ParksWhenACheckShowsThatItIsNotWhole) {
  FlightMachine machine({}, 1);
  leave_whole(machine);

  machine.bytes_checked(*machine.next_check(), false, actions_);

  EXPECT_EQ(take<ParkBlob>(actions_).size(), 1u);
}

TEST_F(ResumeTest, BeginsAnewWhenTheSourceTellsAnotherSize) {
  FlightMachine machine({}, 1);
  resume(machine);
  const auto started = take<StartFetch>(actions_);

  EXPECT_FALSE(machine.fetch_began(started.at(0).fetch, 2 * kMiB, 5 * kMiB, actions_));

  EXPECT_EQ(take<RestartBlob>(actions_).size(), 1u);
  machine.restarted(actions_);
  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, kWhole);
}

TEST_F(ResumeTest, AMismatchOfResumedBytesIsTriedOnceMoreWithTheSameSource) {
  FlightMachine machine({}, 1);
  resume(machine);
  const auto started = take<StartFetch>(actions_);
  while (const auto range = machine.next_check()) machine.bytes_checked(*range, true, actions_);
  bring_all(machine, started.at(0), kSize);
  EXPECT_TRUE(machine.contributors().disk);

  machine.verified(false, actions_);
  machine.restarted(actions_);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::filling);
  EXPECT_EQ(take<StartFetch>(actions_).at(0).range, kWhole);
}

class RetryTest : public FlightRangesTest {
 protected:
  void bring_blob(FlightMachine& machine) {
    bring_all(machine, take<StartFetch>(actions_).at(0), kMiB);
    ASSERT_EQ(machine.phase(), FlightMachine::Phase::verifying);
    actions_.clear();
  }
};

TEST_F(RetryTest, AMismatchIsTriedOnceWithTheNextSource) {
  FlightMachine machine({}, 3);
  machine.reader_joins(1, kWhole, actions_);
  machine.start(actions_);
  bring_blob(machine);

  machine.verified(false, actions_);
  EXPECT_EQ(take<RestartBlob>(actions_).size(), 1u);
  machine.restarted(actions_);
  bring_blob(machine);
  machine.verified(false, actions_);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::failed);
  EXPECT_EQ(machine.error().code, Errc::corrupt);
}

TEST_F(RetryTest, AStopWhileItBeginsAnewEndsItAfterwards) {
  FlightMachine machine({}, 2);
  machine.reader_joins(1, kWhole, actions_);
  machine.start(actions_);
  bring_blob(machine);
  machine.verified(false, actions_);

  machine.cancel(actions_);
  EXPECT_TRUE(take<ParkBlob>(actions_).empty());
  machine.restarted(actions_);

  EXPECT_EQ(take<DiscardBlob>(actions_).size(), 1u);
  EXPECT_EQ(machine.error().code, Errc::cancelled);
}

TEST_F(RetryTest, ReadersThatGotWrongBytesAreCutAndOthersGoOn) {
  FlightMachine machine({}, 2);
  machine.reader_joins(1, kWhole, actions_);
  machine.reader_joins(2, kWhole, actions_);
  machine.start(actions_);
  bring_blob(machine);
  machine.reader_was_told(1);

  machine.verified(false, actions_);

  EXPECT_TRUE(machine.is_cut(1));
  EXPECT_FALSE(machine.is_cut(2));
}

// Readers that were given bytes before the disk failed.
class DetachedTest : public FlightRangesTest {
 protected:
  DetachedTest() {
    machine_.reader_joins(1, kWhole, actions_);
    machine_.reader_joins(2, {0, 3 * kMiB}, actions_);
    machine_.start(actions_);
    const auto fetch = take<StartFetch>(actions_).at(0);
    machine_.fetch_began(fetch.fetch, 0, 4 * kMiB, actions_);
    bring(machine_, fetch.fetch, 3 * kMiB);
    machine_.reader_was_told(1, {0, kMiB});
    machine_.reader_was_told(1, {kMiB, 2 * kMiB});
    machine_.storage_failed({Errc::io, "disk"}, actions_);
  }

  FlightMachine machine_{{}, 1};
};

TEST_F(DetachedTest, GetNoMoreBytesThatNobodyHashes) {
  EXPECT_EQ(machine_.readable_until(2 * kMiB), 2 * kMiB);
}

TEST_F(DetachedTest, KnowWhatTheyHaveThatWasNotHashed) {
  EXPECT_EQ(machine_.unproven(1, kMiB / 2), (ByteRange{kMiB / 2, 2 * kMiB}));
  EXPECT_EQ(machine_.unproven(1, 2 * kMiB), ByteRange{});
  EXPECT_EQ(machine_.unproven(2, 0), ByteRange{});
}

}  // namespace
}  // namespace larder::cache
