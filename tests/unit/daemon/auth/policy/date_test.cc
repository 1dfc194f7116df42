#include "daemon/auth/policy/date.h"

#include <gtest/gtest.h>

namespace larder::policy {
namespace {

using std::chrono::milliseconds;

struct GoodDate {
  const char* text;
  std::int64_t since_epoch_ms;
};

class GoodDates : public ::testing::TestWithParam<GoodDate> {};

TEST_P(GoodDates, AreRead) {
  EXPECT_EQ(parse_date(GetParam().text), WallTime(milliseconds(GetParam().since_epoch_ms)));
}

INSTANTIATE_TEST_SUITE_P(
    Policy, GoodDates,
    ::testing::Values(GoodDate{"1970-01-01", 0}, GoodDate{"2023-11-14T22:13:20Z", 1700000000000},
                      GoodDate{"2023-11-14T22:13Z", 1699999980000},
                      GoodDate{"2023-11-14T23:13:20+01:00", 1700000000000},
                      GoodDate{"2023-11-14T14:43:20-07:30", 1700000000000},
                      GoodDate{"2023-11-14T22:13:20.5Z", 1700000000500},
                      GoodDate{"2023-11-14T22:13:20.0010000004Z", 1700000000001},
                      GoodDate{"2024-02-29", 1709164800000},
                      GoodDate{"2200-12-31", 7289568000000}));

TEST(Dates, AreRefusedInAnyOtherForm) {
  for (const char* const text :
       {"", "2023", "2023-11", "2023-11-14T", "2023-11-14T22Z", "2023-11-14T22:13:20",
        "2023-11-14 22:13:20Z", "2023-11-14T22:13:20z", "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20Z ", "2023-11-14T22:13:20+0100", "2023-11-14T22:13:20+1:00",
        "14.11.2023", "2023-1-1", "+023-11-14", "1700000000", "tomorrow"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

TEST(Dates, AreRefusedWhenTheyDoNotExist) {
  for (const char* const text :
       {"2023-02-29", "2023-04-31", "2023-00-01", "2023-13-01", "2023-01-00", "2023-01-32",
        "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:60Z",
        "2023-01-01T00:00:00+24:00", "1969-12-31", "2201-01-01", "9999-01-01"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace larder::policy
