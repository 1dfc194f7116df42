// The flight machine alone: events in, actions out, no thread and no file.
#include "cache/flight_machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::kMiB;

template <class Action>
std::vector<Action> all(const FlightActions& actions) {
  std::vector<Action> found;
  for (const auto& action : actions) {
    if (const auto* match = std::get_if<Action>(&action)) found.push_back(*match);
  }
  return found;
}

class FlightMachineTest : public ::testing::Test {
 protected:
  // One reader of the whole blob.
  void start(FlightMachine& machine) {
    ASSERT_TRUE(machine.reader_joins(1, {0, kToTheEnd}, actions_));
    machine.start(actions_);
  }

  // Starts the flight and lets its first fetch tell the size.
  FetchId begin(FlightMachine& machine, std::uint64_t size) {
    start(machine);
    const FetchId fetch = all<StartFetch>(actions_).at(0).fetch;
    actions_.clear();
    EXPECT_TRUE(machine.fetch_began(fetch, 0, size, actions_));
    return fetch;
  }

  void bring(FlightMachine& machine, FetchId fetch, std::uint64_t size) {
    const Arrived arrived = machine.bytes_arrived(fetch, size);
    machine.bytes_written(fetch, arrived.range, now_, actions_);
  }

  FlightActions actions_;
  MonoTime now_{};
};

TEST_F(FlightMachineTest, StartsWithTheWholeBlobFromTheFirstSource) {
  FlightMachine machine({}, 2);

  start(machine);

  const auto started = all<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].source, 0u);
  EXPECT_EQ(started[0].range, (ByteRange{0, kToTheEnd}));
}

TEST_F(FlightMachineTest, AsksForTheDigestOnceEveryByteIsPresent) {
  FlightMachine machine({}, 1);
  const FetchId fetch = begin(machine, 3 * kMiB);

  bring(machine, fetch, 2 * kMiB);
  EXPECT_TRUE(all<VerifyBlob>(actions_).empty());
  bring(machine, fetch, kMiB);

  EXPECT_EQ(all<VerifyBlob>(actions_).size(), 1u);
  EXPECT_EQ(machine.phase(), FlightMachine::Phase::verifying);
}

TEST_F(FlightMachineTest, HoldsTheEndBackUntilTheDigestIsVerified) {
  FlightMachine machine({.hold_back_bytes = 100}, 1);
  const FetchId fetch = begin(machine, kMiB);

  bring(machine, fetch, kMiB);
  EXPECT_EQ(machine.readable_until(0), kMiB - 100);
  EXPECT_EQ(machine.readable_until(kMiB - 50), kMiB - 50);
  machine.verified(true, actions_);

  EXPECT_EQ(machine.readable_until(0), kMiB);
  EXPECT_EQ(all<PublishBlob>(actions_).size(), 1u);
}

TEST_F(FlightMachineTest, AMismatchCutsTheReadersAndDiscards) {
  FlightMachine machine({.hold_back_bytes = 100}, 1);
  const FetchId fetch = begin(machine, kMiB);
  bring(machine, fetch, kMiB);

  machine.verified(false, actions_);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::failed);
  EXPECT_EQ(machine.error().code, Errc::corrupt);
  EXPECT_EQ(machine.readable_until(0), 0u);
  EXPECT_EQ(all<DiscardBlob>(actions_).size(), 1u);
  EXPECT_EQ(machine.contributors().sources, std::vector<std::size_t>{0});
}

TEST_F(FlightMachineTest, AsksTheNextSourceAtTheByteWhereTheFirstOneStopped) {
  FlightMachine machine({}, 2);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB + 5);
  actions_.clear();

  machine.fetch_ended(fetch, Error{Errc::upstream_down, "reset"}, actions_);

  const auto started = all<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].source, 1u);
  EXPECT_EQ(started[0].range.begin, kMiB + 5);
}

TEST_F(FlightMachineTest, AsksTheOnlySourceAgainAfterItBroughtBytes) {
  FlightMachine machine({.failures_max = 2}, 1);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB);
  actions_.clear();

  machine.fetch_ended(fetch, Error{Errc::timeout, "stall"}, actions_);
  const auto again = all<StartFetch>(actions_);
  ASSERT_EQ(again.size(), 1u);
  machine.fetch_ended(again[0].fetch, Error{Errc::timeout, "first byte"}, actions_);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::failed);
  EXPECT_EQ(machine.error().code, Errc::timeout);
}

TEST_F(FlightMachineTest, GivesUpOnASourceThatFailsTooOftenAltogether) {
  FlightMachine machine({.failures_max = 2, .failures_total_max = 5}, 1);
  FetchId fetch = begin(machine, 4 * kMiB);

  int fetches = 1;
  while (machine.phase() == FlightMachine::Phase::filling) {
    actions_.clear();
    bring(machine, fetch, kProgressBytesMin);
    machine.fetch_ended(fetch, Error{Errc::upstream_down, "reset"}, actions_);
    if (all<StartFetch>(actions_).empty()) break;
    fetch = all<StartFetch>(actions_).at(0).fetch;
    ASSERT_TRUE(machine.fetch_began(fetch, machine.prefix_bytes(), 4 * kMiB, actions_));
    ASSERT_LT(++fetches, 10);
  }

  EXPECT_EQ(fetches, 5);
  EXPECT_EQ(machine.error().code, Errc::upstream_down);
}

TEST_F(FlightMachineTest, SaysNotFoundOnlyWhenEverySourceDoes) {
  FlightMachine machine({.failures_max = 1}, 2);
  start(machine);

  machine.fetch_ended(1, Error{Errc::not_found, "404"}, actions_);
  machine.fetch_ended(2, Error{Errc::timeout, "first byte"}, actions_);

  EXPECT_EQ(machine.error().code, Errc::timeout);
}

TEST_F(FlightMachineTest, RefusesASourceThatTellsAnotherSize) {
  FlightMachine machine({}, 2);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB);
  machine.fetch_ended(fetch, Error{Errc::upstream_down, "reset"}, actions_);
  const FetchId second = all<StartFetch>(actions_).at(0).fetch;

  const bool useful = machine.fetch_began(second, kMiB, 5 * kMiB, actions_);

  EXPECT_FALSE(useful);
  EXPECT_FALSE(machine.wants(second));
}

TEST_F(FlightMachineTest, RefusesASourceThatTellsLessThanIsThereAlready) {
  FlightMachine machine({}, 2);
  start(machine);
  ASSERT_TRUE(machine.fetch_began(1, 0, std::nullopt, actions_));
  bring(machine, 1, 2 * kMiB);
  machine.fetch_ended(1, Error{Errc::upstream_down, "reset"}, actions_);

  const bool useful = machine.fetch_began(2, 0, kMiB, actions_);

  EXPECT_FALSE(useful);
  EXPECT_EQ(machine.phase(), FlightMachine::Phase::filling);
}

TEST_F(FlightMachineTest, ASourceThatIgnoresRangesIsAskedOnceForAReaderAhead) {
  FlightMachine machine({.steer_distance_bytes = 8 * kMiB}, 1);
  begin(machine, 100 * kMiB);
  actions_.clear();
  machine.reader_waits(1, {50 * kMiB, 100 * kMiB}, actions_);
  const auto ahead = all<StartFetch>(actions_);
  ASSERT_EQ(ahead.size(), 1u);
  actions_.clear();

  const bool useful = machine.fetch_began(ahead[0].fetch, 0, 100 * kMiB, actions_);

  EXPECT_FALSE(useful);
  EXPECT_TRUE(all<StartFetch>(actions_).empty());
}

TEST_F(FlightMachineTest, SkipsWhatASourceThatIgnoresRangesSendsAgain) {
  FlightMachine machine({}, 2);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB);
  machine.fetch_ended(fetch, Error{Errc::upstream_down, "reset"}, actions_);
  const FetchId second = all<StartFetch>(actions_).at(0).fetch;

  ASSERT_TRUE(machine.fetch_began(second, 0, 4 * kMiB, actions_));
  const Arrived before = machine.bytes_arrived(second, kMiB / 2);
  const Arrived across = machine.bytes_arrived(second, kMiB);

  EXPECT_EQ(before.range.size_bytes(), 0u);
  EXPECT_EQ(across.range, (ByteRange{kMiB, kMiB + kMiB / 2}));
  EXPECT_EQ(across.skipped_bytes, kMiB / 2);
}

TEST_F(FlightMachineTest, AReaderFarAheadGetsAFetchOfItsOwn) {
  FlightMachine machine({.steer_distance_bytes = 8 * kMiB}, 1);
  begin(machine, 100 * kMiB);
  actions_.clear();

  machine.reader_waits(1, {50 * kMiB + 77, 100 * kMiB}, actions_);

  const auto started = all<StartFetch>(actions_);
  ASSERT_EQ(started.size(), 1u);
  EXPECT_EQ(started[0].range, (ByteRange{50 * kMiB, kToTheEnd}));
}

TEST_F(FlightMachineTest, AReaderALittleAheadWaitsForTheFrontFetch) {
  FlightMachine machine({.steer_distance_bytes = 8 * kMiB}, 1);
  begin(machine, 100 * kMiB);
  actions_.clear();

  machine.reader_waits(1, {7 * kMiB, 100 * kMiB}, actions_);

  EXPECT_TRUE(all<StartFetch>(actions_).empty());
}

TEST_F(FlightMachineTest, TheFrontFetchEndsWhereTheReadersFetchBegan) {
  FlightMachine machine({.steer_distance_bytes = kMiB}, 1);
  const FetchId front = begin(machine, 10 * kMiB);
  machine.reader_waits(1, {5 * kMiB, 100 * kMiB}, actions_);
  const FetchId ahead = all<StartFetch>(actions_).back().fetch;
  ASSERT_TRUE(machine.fetch_began(ahead, 5 * kMiB, 10 * kMiB, actions_));

  bring(machine, ahead, 5 * kMiB);
  bring(machine, front, 6 * kMiB);

  EXPECT_FALSE(machine.wants(front));
  EXPECT_EQ(machine.phase(), FlightMachine::Phase::verifying);
}

TEST_F(FlightMachineTest, AFullDiskDetachesTheReaders) {
  FlightMachine machine({}, 1);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB);
  actions_.clear();

  machine.storage_failed({Errc::no_space, "disk"}, actions_);
  machine.storage_failed({Errc::no_space, "disk"}, actions_);

  EXPECT_EQ(machine.phase(), FlightMachine::Phase::detached);
  EXPECT_EQ(all<CancelFetch>(actions_).size(), 1u);
  EXPECT_EQ(all<DiscardBlob>(actions_).size(), 1u);
}

TEST_F(FlightMachineTest, ABlobOfUnknownSizeEndsWhereItsSourceEnds) {
  FlightMachine machine({}, 1);
  start(machine);
  ASSERT_TRUE(machine.fetch_began(1, 0, std::nullopt, actions_));
  bring(machine, 1, 1000);
  EXPECT_EQ(machine.readable_until(0), 0u);

  machine.fetch_ended(1, Status(), actions_);

  EXPECT_EQ(machine.blob_size(), 1000u);
  EXPECT_EQ(machine.phase(), FlightMachine::Phase::verifying);
}

TEST_F(FlightMachineTest, AnEmptyBlobIsCompleteAtOnce) {
  FlightMachine machine({}, 1);
  start(machine);

  machine.fetch_began(1, 0, 0, actions_);

  EXPECT_EQ(all<VerifyBlob>(actions_).size(), 1u);
}

TEST_F(FlightMachineTest, ASourceThatEndsEarlyHasFailed) {
  FlightMachine machine({}, 2);
  const FetchId fetch = begin(machine, 4 * kMiB);
  bring(machine, fetch, kMiB);
  actions_.clear();

  machine.fetch_ended(fetch, Status(), actions_);

  EXPECT_EQ(all<StartFetch>(actions_).at(0).source, 1u);
}

}  // namespace
}  // namespace larder::cache
