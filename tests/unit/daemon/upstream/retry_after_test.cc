#include "daemon/upstream/retry_after.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

// 1994-11-06 08:49:37.250 UTC, a Sunday.
constexpr WallTime kSunday{784'111'777'250ms};

struct GoodValue {
  const char* text;
  std::chrono::seconds wait;
};

class GoodRetryAfter : public ::testing::TestWithParam<GoodValue> {};

TEST_P(GoodRetryAfter, IsAWaitOfAnHourAtMost) {
  const auto wait = parse_retry_after(GetParam().text, kSunday);

  ASSERT_TRUE(wait.ok()) << GetParam().text;
  EXPECT_EQ(*wait, GetParam().wait);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodRetryAfter,
                         ::testing::Values(GoodValue{"0", 0s}, GoodValue{"1", 1s},
                                           GoodValue{"60", 60s}, GoodValue{" 60\t", 60s},
                                           GoodValue{"007", 7s}, GoodValue{"3600", 3600s},
                                           GoodValue{"3601", 3600s}, GoodValue{"86400", 3600s},
                                           GoodValue{"99999999999999999999999999", 3600s},
                                           // Not a quarter of a second too early.
                                           GoodValue{"Sun, 06 Nov 1994 08:49:47 GMT", 10s},
                                           GoodValue{"Sunday, 06-Nov-94 08:50:37 GMT", 60s},
                                           GoodValue{"Sun Nov  6 08:49:38 1994", 1s},
                                           GoodValue{"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
                                           GoodValue{"Sat, 05 Nov 1994 08:49:37 GMT", 0s},
                                           GoodValue{"Mon, 07 Nov 1994 08:49:37 GMT", 3600s},
                                           GoodValue{"Fri, 31 Dec 9999 23:59:59 GMT", 3600s}));

class BadRetryAfter : public ::testing::TestWithParam<const char*> {};

TEST_P(BadRetryAfter, IsInvalid) {
  const auto wait = parse_retry_after(GetParam(), kSunday);

  ASSERT_FALSE(wait.ok()) << GetParam();
  EXPECT_EQ(wait.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRetryAfter,
                         ::testing::Values("", " ", "-1", "+1", "1.5", "60s", "60, 60", "0x10",
                                           "soon", "Sun, 06 Nov 1994", "\"60\"", "6 0",
                                           "\xd9\xa1"));

}  // namespace
}  // namespace larder::upstream
