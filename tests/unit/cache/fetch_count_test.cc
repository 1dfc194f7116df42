#include "cache/fetch_count.h"

#include <gtest/gtest.h>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::kMiB;
constexpr Duration kWindow = std::chrono::milliseconds(250);

class FetchCountTest : public ::testing::Test {
 protected:
  // A window in which so much arrived; all fetches run. Returns: whether a try was in vain.
  bool pass_window(std::uint64_t bytes, std::uint64_t remaining = 1000 * kMiB) {
    (void)count_.measure({now_, arrived_, remaining, count_.target()});
    now_ += kWindow;
    arrived_ += bytes;
    return count_.measure({now_, arrived_, remaining, count_.target()});
  }

  FetchCount count_{{}};
  MonoTime now_{std::chrono::hours(1)};
  std::uint64_t arrived_ = 0;
};

TEST_F(FetchCountTest, BeginsWithOne) {
  EXPECT_EQ(count_.target(), 1u);
}

TEST_F(FetchCountTest, DoublesWhileThatIsFaster) {
  pass_window(5 * kMiB);
  EXPECT_EQ(count_.target(), 2u);
  EXPECT_FALSE(pass_window(10 * kMiB));
  EXPECT_EQ(count_.target(), 4u);
  EXPECT_FALSE(pass_window(20 * kMiB));

  EXPECT_EQ(count_.target(), 8u);
}

TEST_F(FetchCountTest, NeverGoesBeyondTheMost) {
  for (std::uint64_t bytes = 5 * kMiB; bytes < 1000 * kMiB; bytes *= 2) pass_window(bytes);

  EXPECT_EQ(count_.target(), 8u);
}

TEST_F(FetchCountTest, GoesBackWhenItWasNotFaster) {
  pass_window(5 * kMiB);

  EXPECT_TRUE(pass_window(5 * kMiB));

  EXPECT_EQ(count_.target(), 1u);
}

TEST_F(FetchCountTest, WaitsBeforeItTriesAgain) {
  pass_window(5 * kMiB);
  pass_window(5 * kMiB);

  pass_window(5 * kMiB);
  EXPECT_EQ(count_.target(), 1u);
  now_ += std::chrono::seconds(5);
  pass_window(5 * kMiB);

  EXPECT_EQ(count_.target(), 2u);
}

TEST_F(FetchCountTest, DoesNotTryWhenAllWillSoonBeThere) {
  pass_window(100 * kMiB, 400 * kMiB);

  EXPECT_EQ(count_.target(), 1u);
}

}  // namespace
}  // namespace larder::cache
