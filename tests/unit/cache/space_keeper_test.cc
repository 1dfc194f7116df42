#include "cache/space_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "cache/index.h"
#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using ::testing::HasSubstr;
using testing::kBlock;
using Reservation = SpaceKeeper::Reservation;

SpaceKeeper::SpaceOf free_blocks(std::uint64_t available) {
  return [available] {
    return Space{.total_bytes = 1000 * kBlock, .available_bytes = available * kBlock};
  };
}

// With a budget of 100 blocks and no floor.
SpaceKeeper keeper_of_100_blocks(std::uint64_t used = 0) {
  return SpaceKeeper({.budget_bytes = 100 * kBlock}, used * kBlock, free_blocks(1000));
}

TEST(SpaceKeeper, ReservesToTheLastBlockOfTheBudget) {
  SpaceKeeper keeper = keeper_of_100_blocks(40);

  const Result<Reservation> whole = keeper.reserve(60 * kBlock);
  const Result<Reservation> more = keeper.reserve(1);

  EXPECT_TRUE(whole.ok());
  EXPECT_EQ(more.error().code, Errc::no_space);
  EXPECT_THAT(more.error().context, HasSubstr("budget"));
  EXPECT_EQ(keeper.used_bytes(), 100 * kBlock);
}

TEST(SpaceKeeper, CountsWholeBlocks) {
  SpaceKeeper keeper = keeper_of_100_blocks();

  Reservation reservation = keeper.reserve(1).value();
  EXPECT_EQ(keeper.used_bytes(), kBlock);
  reservation.keep();
  keeper.count(kBlock + 1);
  EXPECT_EQ(keeper.used_bytes(), 3 * kBlock);
  keeper.release(1);
  keeper.release(kBlock + 1);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, GivesBackWhatIsNotKept) {
  SpaceKeeper keeper = keeper_of_100_blocks();

  keeper.reserve(70 * kBlock).value();

  EXPECT_EQ(keeper.used_bytes(), 0);
  EXPECT_TRUE(keeper.reserve(100 * kBlock).ok());
}

TEST(SpaceKeeper, CountsWhatIsKeptUntilItIsReleased) {
  SpaceKeeper keeper = keeper_of_100_blocks();

  keeper.reserve(70 * kBlock).value().keep();
  EXPECT_EQ(keeper.used_bytes(), 70 * kBlock);
  keeper.release(70 * kBlock);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, ReservesNothingWhenMoreThanTheBudgetIsUsed) {
  SpaceKeeper keeper = keeper_of_100_blocks(150);

  EXPECT_EQ(keeper.reserve(1).error().code, Errc::no_space);

  EXPECT_EQ(keeper.used_bytes(), 150 * kBlock);
}

TEST(SpaceKeeper, RefusesSizesThatWouldOverflow) {
  SpaceKeeper keeper({}, 10, free_blocks(1000));

  EXPECT_EQ(keeper.reserve(UINT64_MAX).error().code, Errc::no_space);
  EXPECT_EQ(keeper.reserve(UINT64_MAX - kBlock).error().code, Errc::no_space);
  EXPECT_EQ(keeper.used_bytes(), 10);
}

TEST(SpaceKeeper, CountsTheIndexInTheBudget) {
  SpaceKeeper keeper = keeper_of_100_blocks();

  keeper.set_overhead(30 * kBlock);

  EXPECT_FALSE(keeper.reserve(71 * kBlock).ok());
  EXPECT_TRUE(keeper.reserve(70 * kBlock).ok());
}

TEST(SpaceKeeper, LeavesTheFreeFloorAlone) {
  SpaceKeeper keeper({.free_floor_bytes = 100 * kBlock}, 0, free_blocks(150));

  EXPECT_TRUE(keeper.reserve(50 * kBlock).ok());
  const Result<Reservation> more = keeper.reserve(51 * kBlock);

  EXPECT_EQ(more.error().code, Errc::no_space);
  EXPECT_THAT(more.error().context, HasSubstr("free floor"));
  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, CountsOpenReservationsAgainstTheFloorUntilTheyAreWritten) {
  SpaceKeeper keeper({.free_floor_bytes = 100 * kBlock}, 0, free_blocks(150));
  Reservation open = keeper.reserve(30 * kBlock).value();

  EXPECT_FALSE(keeper.reserve(30 * kBlock).ok());
  open.wrote(10 * kBlock);  // the file system counts these bytes from now on
  EXPECT_TRUE(keeper.reserve(30 * kBlock).ok());
  open.keep();

  EXPECT_TRUE(keeper.reserve(50 * kBlock).ok());
}

TEST(SpaceKeeper, RefusesWhenTheSpaceIsUnknown) {
  SpaceKeeper keeper({}, 0, [] { return Result<Space>(Error{Errc::io, "statvfs"}); });

  EXPECT_EQ(keeper.reserve(1).error().code, Errc::io);
  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, NeverCountsBelowZero) {
  SpaceKeeper keeper = keeper_of_100_blocks(10);

  keeper.release(11 * kBlock);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, TellsWhatIsMissing) {
  SpaceKeeper keeper({.budget_bytes = 100 * kBlock, .free_floor_bytes = 50 * kBlock}, 80 * kBlock,
                     free_blocks(75));

  EXPECT_EQ(keeper.shortage(20 * kBlock), 0);
  EXPECT_EQ(keeper.shortage(24 * kBlock), 4 * kBlock);
  EXPECT_EQ(keeper.shortage(40 * kBlock), 20 * kBlock);
  const Reservation open = keeper.reserve(10 * kBlock).value();
  EXPECT_EQ(keeper.shortage(16 * kBlock), 6 * kBlock);
}

TEST(SpaceKeeper, AsksForRoomAndTriesAgain) {
  SpaceKeeper keeper = keeper_of_100_blocks(95);
  std::vector<std::uint64_t> asked;
  keeper.set_make_room([&](std::uint64_t bytes) {
    asked.push_back(bytes);
    keeper.release(5 * kBlock);
    return Status();
  });

  EXPECT_TRUE(keeper.reserve(15 * kBlock).ok());

  EXPECT_EQ(asked, std::vector<std::uint64_t>(2, 15 * kBlock));
}

TEST(SpaceKeeper, TellsWhyNoRoomCouldBeMade) {
  SpaceKeeper keeper = keeper_of_100_blocks(95);
  keeper.set_make_room([](std::uint64_t) { return Status(Error{Errc::io, "disk on fire"}); });

  const Result<Reservation> refused = keeper.reserve(15 * kBlock);

  EXPECT_EQ(refused.error().code, Errc::no_space);
  EXPECT_THAT(refused.error().context, HasSubstr("disk on fire"));
}

TEST(SpaceKeeper, GivesUpWhenOthersTakeAllRoomThatIsMade) {
  SpaceKeeper keeper = keeper_of_100_blocks(100);
  int asked = 0;
  keeper.set_make_room([&](std::uint64_t) {
    ++asked;
    return Status();
  });

  EXPECT_FALSE(keeper.reserve(1).ok());

  EXPECT_LE(asked, 32);
}

TEST(SpaceKeeper, EvictsNothingForWhatCanNeverFit) {
  SpaceKeeper budget = keeper_of_100_blocks(50);
  SpaceKeeper floor({.free_floor_bytes = 100 * kBlock}, 50 * kBlock, free_blocks(120));
  int asked = 0;
  const auto count = [&](std::uint64_t) {
    ++asked;
    return Status();
  };
  budget.set_make_room(count);
  floor.set_make_room(count);

  EXPECT_FALSE(budget.reserve(100 * kBlock + 1).ok());
  EXPECT_FALSE(floor.reserve(71 * kBlock).ok());

  EXPECT_EQ(asked, 0);
}

TEST(SpaceKeeperReservation, BelongsToWhomItWasMovedTo) {
  SpaceKeeper keeper = keeper_of_100_blocks();
  Reservation first = keeper.reserve(10 * kBlock).value();
  Reservation second = keeper.reserve(20 * kBlock).value();

  first = std::move(second);
  EXPECT_EQ(keeper.used_bytes(), 20 * kBlock);
  first = Reservation();

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeperReservation, KeepsOnce) {
  SpaceKeeper keeper = keeper_of_100_blocks();
  Reservation reservation = keeper.reserve(10 * kBlock).value();

  reservation.keep();
  reservation.keep();

  EXPECT_EQ(keeper.used_bytes(), 10 * kBlock);
}

TEST(SpaceKeeperReservation, GrowsByAnother) {
  SpaceKeeper keeper = keeper_of_100_blocks();
  Reservation all;

  all.add(keeper.reserve(10 * kBlock).value());
  all.add(keeper.reserve(20 * kBlock).value());
  EXPECT_EQ(all.bytes(), 30 * kBlock);
  EXPECT_EQ(keeper.used_bytes(), 30 * kBlock);
  all = Reservation();

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeperReservation, ShrinksToWhatIsNeeded) {
  SpaceKeeper keeper({.budget_bytes = 100 * kBlock, .free_floor_bytes = 10 * kBlock}, 0,
                     free_blocks(50));
  Reservation reservation = keeper.reserve(40 * kBlock).value();
  reservation.wrote(7 * kBlock);

  reservation.keep_only(6 * kBlock + 1);
  EXPECT_EQ(reservation.bytes(), 7 * kBlock);
  EXPECT_EQ(keeper.used_bytes(), 7 * kBlock);
  EXPECT_TRUE(keeper.reserve(40 * kBlock).ok());
  reservation.keep_only(50 * kBlock);
  reservation.keep();
  keeper.release(7 * kBlock);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, IsExactUnderConcurrency) {
  SpaceKeeper keeper({.budget_bytes = 1000 * kBlock}, 0, free_blocks(1ULL << 40));
  std::atomic<int> kept = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        Result<Reservation> reservation = keeper.reserve(7 * kBlock);
        if (!reservation) continue;
        reservation->keep();
        ++kept;
      }
    });
  }

  threads.clear();  // joins

  EXPECT_EQ(kept, 142);  // 142 * 7 = 994
  EXPECT_EQ(keeper.used_bytes(), 994 * kBlock);
}

}  // namespace
}  // namespace larder::cache
