#include "cache/space_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace larder::cache {
namespace {

using ::testing::HasSubstr;
using Reservation = SpaceKeeper::Reservation;

SpaceKeeper::SpaceOf free_bytes(std::uint64_t available) {
  return [available] { return Space{.total_bytes = 1000, .available_bytes = available}; };
}

TEST(SpaceKeeper, ReservesToTheLastByteOfTheBudget) {
  SpaceKeeper keeper({.budget_bytes = 100}, 40, free_bytes(1000));

  const Result<Reservation> whole = keeper.reserve(60);
  const Result<Reservation> more = keeper.reserve(1);

  EXPECT_TRUE(whole.ok());
  EXPECT_EQ(more.error().code, Errc::no_space);
  EXPECT_THAT(more.error().context, HasSubstr("budget"));
  EXPECT_EQ(keeper.used_bytes(), 100);
}

TEST(SpaceKeeper, GivesBackWhatIsNotKept) {
  SpaceKeeper keeper({.budget_bytes = 100}, 0, free_bytes(1000));

  keeper.reserve(70).value();

  EXPECT_EQ(keeper.used_bytes(), 0);
  EXPECT_TRUE(keeper.reserve(100).ok());
}

TEST(SpaceKeeper, CountsWhatIsKeptUntilItIsReleased) {
  SpaceKeeper keeper({.budget_bytes = 100}, 0, free_bytes(1000));

  keeper.reserve(70).value().keep();
  EXPECT_EQ(keeper.used_bytes(), 70);
  keeper.release(70);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, ReservesNothingWhenMoreThanTheBudgetIsUsed) {
  SpaceKeeper keeper({.budget_bytes = 100}, 150, free_bytes(1000));

  EXPECT_EQ(keeper.reserve(1).error().code, Errc::no_space);

  EXPECT_EQ(keeper.used_bytes(), 150);
}

TEST(SpaceKeeper, RefusesSizesThatWouldOverflow) {
  SpaceKeeper keeper({.budget_bytes = UINT64_MAX - 1}, 10, free_bytes(UINT64_MAX));

  EXPECT_EQ(keeper.reserve(UINT64_MAX).error().code, Errc::no_space);
  EXPECT_EQ(keeper.used_bytes(), 10);
}

TEST(SpaceKeeper, LeavesTheFreeFloorAlone) {
  SpaceKeeper keeper({.free_floor_bytes = 100}, 0, free_bytes(150));

  EXPECT_TRUE(keeper.reserve(50).ok());
  const Result<Reservation> more = keeper.reserve(51);

  EXPECT_EQ(more.error().code, Errc::no_space);
  EXPECT_THAT(more.error().context, HasSubstr("free floor"));
  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, CountsOpenReservationsAgainstTheFloor) {
  SpaceKeeper keeper({.free_floor_bytes = 100}, 0, free_bytes(150));
  Reservation open = keeper.reserve(30).value();

  EXPECT_FALSE(keeper.reserve(30).ok());
  open.keep();  // the file system counts these bytes from now on

  EXPECT_TRUE(keeper.reserve(30).ok());
}

TEST(SpaceKeeper, RefusesWhenTheSpaceIsUnknown) {
  SpaceKeeper keeper({}, 0, [] { return Result<Space>(Error{Errc::io, "statvfs"}); });

  EXPECT_EQ(keeper.reserve(1).error().code, Errc::io);
  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeper, NeverCountsBelowZero) {
  SpaceKeeper keeper({.budget_bytes = 100}, 10, free_bytes(1000));

  keeper.release(11);

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeperReservation, BelongsToWhomItWasMovedTo) {
  SpaceKeeper keeper({.budget_bytes = 100}, 0, free_bytes(1000));
  Reservation first = keeper.reserve(10).value();
  Reservation second = keeper.reserve(20).value();

  first = std::move(second);
  EXPECT_EQ(keeper.used_bytes(), 20);
  first = Reservation();

  EXPECT_EQ(keeper.used_bytes(), 0);
}

TEST(SpaceKeeperReservation, KeepsOnce) {
  SpaceKeeper keeper({.budget_bytes = 100}, 0, free_bytes(1000));
  Reservation reservation = keeper.reserve(10).value();

  reservation.keep();
  reservation.keep();

  EXPECT_EQ(keeper.used_bytes(), 10);
}

TEST(SpaceKeeper, IsExactUnderConcurrency) {
  SpaceKeeper keeper({.budget_bytes = 1000}, 0, free_bytes(UINT64_MAX));
  std::atomic<int> kept = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        Result<Reservation> reservation = keeper.reserve(7);
        if (!reservation) continue;
        reservation->keep();
        ++kept;
      }
    });
  }

  threads.clear();  // joins

  EXPECT_EQ(kept, 142);  // 142 * 7 = 994
  EXPECT_EQ(keeper.used_bytes(), 994);
}

}  // namespace
}  // namespace larder::cache
