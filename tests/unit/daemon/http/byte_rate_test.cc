#include "daemon/http/byte_rate.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace larder::http {
namespace {

using std::chrono::milliseconds;

constexpr MonoTime kStart{std::chrono::hours(1)};

// When those bytes may go, which are booked.
MonoTime go(ByteRate& rate, std::uint64_t bytes, MonoTime now) {
  const auto at = rate.after(0, now);
  rate.book(bytes, now);
  return std::max(at, now);
}

TEST(ByteRate, LetsSavedUpBytesGoAtOnceAndOthersInTheirTime) {
  ByteRate rate(1'000'000);

  for (int i = 0; i < 5; ++i) EXPECT_EQ(go(rate, 50'000, kStart), kStart);

  EXPECT_EQ(go(rate, 50'000, kStart), kStart);
  EXPECT_EQ(go(rate, 50'000, kStart), kStart + milliseconds(50));
  EXPECT_EQ(go(rate, 50'000, kStart), kStart + milliseconds(100));
}

TEST(ByteRate, SavesUpAQuarterOfASecondAtMost) {
  ByteRate rate(1'000'000);
  go(rate, 50'000, kStart);
  EXPECT_FALSE(rate.is_saved_up(kStart));
  const auto later = kStart + std::chrono::hours(1);
  EXPECT_TRUE(rate.is_saved_up(later));

  for (int i = 0; i < 6; ++i) go(rate, 50'000, later);

  EXPECT_EQ(go(rate, 50'000, later), later + milliseconds(50));
}

TEST(ByteRate, IsBookedInPiecesThatTakeASixteenthOfASecond) {
  EXPECT_EQ(ByteRate(1'600'000).piece_bytes(), 100'000U);
  EXPECT_EQ(ByteRate(1).piece_bytes(), 1024U);
  EXPECT_EQ(ByteRate(std::uint64_t{1} << 40).piece_bytes(), 1024U * 1024);
}

TEST(ByteRate, MayBeUnlimited) {
  ByteRate rate(0);

  for (int i = 0; i < 100; ++i) EXPECT_EQ(go(rate, 1024 * 1024, kStart), kStart);

  EXPECT_FALSE(rate.is_limited());
}

}  // namespace
}  // namespace larder::http
