// What is left of a quota as time passes, and who may use it.
#include "daemon/upstream/quota.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kRead{1000h};

Quota of(std::uint64_t remaining, std::uint64_t limit = 100) {
  return {.remaining = remaining, .limit = limit, .read_at = kRead};
}

Quota with_reset(std::uint64_t remaining, Duration reset) {
  auto quota = of(remaining);
  quota.resets_at = kRead + reset;
  return quota;
}

Quota sliding(std::uint64_t remaining, std::chrono::seconds window) {
  auto quota = of(remaining);
  quota.window = window;
  return quota;
}

TEST(Quota, WithAResetStaysAsReadUntilThenAndIsUnknownAfterIt) {
  const auto quota = with_reset(7, 30s);

  EXPECT_EQ(quota.left(kRead), 7U);
  EXPECT_EQ(quota.left(kRead + 30s - 1ns), 7U);
  EXPECT_EQ(quota.left(kRead + 30s), std::nullopt);
  EXPECT_TRUE(quota.may(Purpose::revalidate, kRead + 30s));
}

TEST(Quota, WithASlidingWindowGrowsBackEvenly) {
  const auto quota = sliding(10, 6h);

  EXPECT_EQ(quota.left(kRead), 10U);
  EXPECT_EQ(quota.left(kRead + 3h), 60U);
  EXPECT_EQ(quota.left(kRead + 5h + 30min), 100U);
  EXPECT_EQ(quota.left(kRead + 1000h), 100U);
}

TEST(Quota, WithoutAnyTimeGrowsBackOverAnHour) {
  EXPECT_EQ(of(0).left(kRead + 30min), 50U);
  EXPECT_EQ(of(0).left(kRead + 1h), 100U);
}

TEST(Quota, WithoutALimitIsUnknownOnceTheWindowHasPassed) {
  Quota quota{.remaining = 0, .read_at = kRead};

  EXPECT_EQ(quota.left(kRead + 59min), 0U);
  EXPECT_FALSE(quota.may(Purpose::revalidate, kRead + 59min));
  EXPECT_EQ(quota.left(kRead + 1h), std::nullopt);
}

TEST(Quota, NeverGrowsBeforeItWasRead) {
  EXPECT_EQ(sliding(10, 6h).left(kRead - 5h), 10U);
}

TEST(Quota, OverflowsNothing) {
  Quota quota{.remaining = ~0ULL, .limit = ~0ULL, .window = kQuotaMemoryMax, .read_at = kRead};

  EXPECT_TRUE(quota.may(Purpose::revalidate, kRead));
  EXPECT_EQ(quota.left(kRead + kQuotaMemoryMax), ~0ULL);
}

struct Decision {
  std::uint64_t remaining;
  bool revalidate;
  bool warm;
  bool pull;
};

class QuotaDecisions : public ::testing::TestWithParam<Decision> {};

TEST_P(QuotaDecisions, StopTheLeastUrgentFirst) {
  const auto quota = with_reset(GetParam().remaining, 30s);

  EXPECT_EQ(quota.may(Purpose::revalidate, kRead), GetParam().revalidate);
  EXPECT_EQ(quota.may(Purpose::warm, kRead), GetParam().warm);
  EXPECT_EQ(quota.may(Purpose::pull, kRead), GetParam().pull);
  EXPECT_TRUE(quota.may(Purpose::order, kRead));
  EXPECT_TRUE(quota.may(Purpose::blob, kRead));
  EXPECT_TRUE(quota.may(Purpose::resume, kRead));
}

INSTANTIATE_TEST_SUITE_P(
    Table, QuotaDecisions,
    ::testing::Values(Decision{100, true, true, true}, Decision{20, true, true, true},
                      Decision{19, false, true, true}, Decision{10, false, true, true},
                      Decision{9, false, false, true}, Decision{1, false, false, true},
                      Decision{0, false, false, false}));

TEST(Quota, NeverStopsPullsWithoutAKnownReset) {
  EXPECT_TRUE(of(0).may(Purpose::pull, kRead));
  EXPECT_TRUE(sliding(0, 6h).may(Purpose::pull, kRead));
  EXPECT_FALSE(sliding(0, 6h).may(Purpose::warm, kRead));
}

TEST(Quota, StopsPullsForAnHourAtMost) {
  const auto quota = with_reset(0, 20h);

  EXPECT_FALSE(quota.may(Purpose::pull, kRead + 59min));
  EXPECT_TRUE(quota.may(Purpose::pull, kRead + 1h));
  EXPECT_FALSE(quota.may(Purpose::revalidate, kRead + 1h));
}

TEST(Quota, IsAmpleOnlyClearlyAboveTheMark) {
  EXPECT_TRUE(of(19).is_low(kRead));
  EXPECT_FALSE(of(20).is_low(kRead));
  EXPECT_FALSE(of(29).is_ample(kRead));
  EXPECT_TRUE(of(30).is_ample(kRead));
  EXPECT_TRUE(with_reset(0, 1s).is_ample(kRead + 1s));
}

}  // namespace
}  // namespace larder::upstream
