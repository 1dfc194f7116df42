#include "cache/flight_space.h"

#include <gtest/gtest.h>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::kBlock;

class FlightSpaceTest : public ::testing::Test {
 protected:
  SpaceKeeper keeper_{{.budget_bytes = 10 * kBlock}, 0, [] {
                        return Result<Space>(Space{1ULL << 40, 1ULL << 39});
                      }};
  FlightSpace space_{keeper_};
};

TEST_F(FlightSpaceTest, ReservesOnlyWhatIsMissing) {
  ASSERT_TRUE(space_.grow_to(3 * kBlock).ok());
  ASSERT_TRUE(space_.grow_to(2 * kBlock).ok());
  ASSERT_TRUE(space_.grow_to(4 * kBlock).ok());

  EXPECT_EQ(keeper_.used_bytes(), 4 * kBlock);
}

TEST_F(FlightSpaceTest, WhatDoesNotFitIsRefusedAndTheRestStays) {
  ASSERT_TRUE(space_.grow_to(3 * kBlock).ok());

  EXPECT_EQ(space_.grow_to(11 * kBlock).error().code, Errc::no_space);
  EXPECT_EQ(keeper_.used_bytes(), 3 * kBlock);
}

TEST_F(FlightSpaceTest, WhatAnEarlierFlightLeftIsNotReservedAgain) {
  keeper_.count(2 * kBlock);
  space_.take_over(2 * kBlock);

  ASSERT_TRUE(space_.grow_to(3 * kBlock).ok());
  space_.settle(3 * kBlock);

  EXPECT_EQ(keeper_.used_bytes(), 3 * kBlock);
}

TEST_F(FlightSpaceTest, TheEndGivesBackWhatIsNotOnDisk) {
  ASSERT_TRUE(space_.grow_to(5 * kBlock).ok());
  space_.wrote(kBlock);

  space_.settle(kBlock);

  EXPECT_EQ(keeper_.used_bytes(), kBlock);
}

TEST_F(FlightSpaceTest, NothingIsReservedAfterTheEnd) {
  space_.settle(0);

  EXPECT_EQ(space_.grow_to(kBlock).error().code, Errc::cancelled);
  EXPECT_EQ(keeper_.used_bytes(), 0u);
}

}  // namespace
}  // namespace larder::cache
