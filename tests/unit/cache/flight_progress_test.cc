// What a source must bring before it breaks off, to be asked again as if it had not failed.
#include <gtest/gtest.h>

#include "cache/flight_machine.h"

namespace larder::cache {
namespace {

constexpr std::uint64_t kBlobBytes = 1 << 20;
const Error kReset{Errc::upstream_down, "reset"};

class FlightProgressTest : public ::testing::Test {
 protected:
  // The fetch that the machine has just asked for, begun.
  static FetchId begin_next(FlightMachine& machine, FlightActions& actions) {
    const auto started = std::get<StartFetch>(actions.back());
    actions.clear();
    EXPECT_TRUE(machine.fetch_began(started.fetch, started.range.begin, kBlobBytes, actions));
    return started.fetch;
  }

  static void bring(FlightMachine& machine, FetchId fetch, std::uint64_t size,
                    FlightActions& actions) {
    const Arrived arrived = machine.bytes_arrived(fetch, size);
    machine.bytes_written(fetch, arrived.range, MonoTime{}, actions);
  }
};

struct Trickle {
  std::uint64_t piece_bytes;
  int pieces;
  FlightMachine::Phase phase;  // after it broke off, the second failure of two at most
};

class Trickles : public FlightProgressTest, public ::testing::WithParamInterface<Trickle> {};

TEST_P(Trickles, AreProgressFromFourKibibytesOn) {
  FlightActions actions;
  FlightMachine machine({.failures_max = 2}, 1);
  ASSERT_TRUE(machine.reader_joins(1, {0, kToTheEnd}, actions));
  machine.start(actions);
  machine.fetch_ended(begin_next(machine, actions), kReset, actions);
  const FetchId second = begin_next(machine, actions);

  for (int i = 0; i < GetParam().pieces; ++i) {
    bring(machine, second, GetParam().piece_bytes, actions);
  }
  machine.fetch_ended(second, kReset, actions);

  EXPECT_EQ(machine.phase(), GetParam().phase);
}

INSTANTIATE_TEST_SUITE_P(Table, Trickles,
                         ::testing::Values(Trickle{0, 0, FlightMachine::Phase::failed},
                                           Trickle{1, 1, FlightMachine::Phase::failed},
                                           Trickle{4095, 1, FlightMachine::Phase::failed},
                                           Trickle{4096, 1, FlightMachine::Phase::filling},
                                           Trickle{1024, 4, FlightMachine::Phase::filling},
                                           Trickle{1, 4096, FlightMachine::Phase::filling}));

struct Small {
  std::uint64_t bytes;  // of 100 asked for
  FlightMachine::Phase phase;
};

class SmallRanges : public FlightProgressTest, public ::testing::WithParamInterface<Small> {};

TEST_P(SmallRanges, AreProgressWhenAllOfThemHasCome) {
  FlightActions actions;
  FlightMachine machine(
      {.chunk_bytes = 100, .segment_bytes = 100, .steer_distance_bytes = 100, .failures_max = 3},
      1);
  ASSERT_TRUE(machine.reader_joins(1, {0, 100}, actions));
  machine.start(actions);
  machine.fetch_ended(begin_next(machine, actions), kReset, actions);
  const FetchId second = begin_next(machine, actions);
  ASSERT_TRUE(machine.reader_joins(2, {100, 200}, actions));
  const FetchId other = begin_next(machine, actions);

  bring(machine, second, GetParam().bytes, actions);
  machine.fetch_ended(second, kReset, actions);
  machine.fetch_ended(other, kReset, actions);

  EXPECT_EQ(machine.phase(), GetParam().phase);
}

INSTANTIATE_TEST_SUITE_P(Table, SmallRanges,
                         ::testing::Values(Small{99, FlightMachine::Phase::failed},
                                           Small{100, FlightMachine::Phase::filling}));

}  // namespace
}  // namespace larder::cache
