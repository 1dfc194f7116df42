#include "daemon/http/http_date.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

using namespace std::chrono_literals;

// 2024-02-29 12:00:00 UTC
constexpr std::chrono::sys_seconds kLeapDay{1'709'208'000s};

struct GoodDate {
  const char* text;
  std::int64_t unix_time;
};

class GoodDates : public ::testing::TestWithParam<GoodDate> {};

TEST_P(GoodDates, AreRead) {
  const auto date = parse_http_date(GetParam().text, kLeapDay);

  ASSERT_TRUE(date.ok()) << GetParam().text;
  EXPECT_EQ(date->time_since_epoch().count(), GetParam().unix_time);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodDates,
    ::testing::Values(GoodDate{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
                      GoodDate{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
                      GoodDate{"Sun Nov  6 08:49:37 1994", 784111777},
                      GoodDate{"Wed Nov 16 08:49:37 1994", 784975777},
                      GoodDate{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
                      GoodDate{"Thu, 29 Feb 2024 12:00:00 GMT", 1709208000},
                      // A leap second is the next minute's first.
                      GoodDate{"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
                      GoodDate{"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
                      // Two digits: at most fifty years ahead.
                      GoodDate{"Wednesday, 01-Jan-70 00:00:00 GMT", 3155760000},
                      GoodDate{"Saturday, 01-Jan-00 00:00:00 GMT", 946684800}));

class BadDates : public ::testing::TestWithParam<const char*> {};

TEST_P(BadDates, AreRefused) {
  const auto date = parse_http_date(GetParam(), kLeapDay);

  ASSERT_FALSE(date.ok()) << GetParam();
  EXPECT_EQ(date.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDates,
    ::testing::Values("", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                      "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
                      "Sun, 6 Nov 1994 08:49:37 GMT", "Mon, 06 Nov 1994 08:49:37 GMT",
                      "sun, 06 nov 1994 08:49:37 gmt", "Fri, 30 Feb 2024 12:00:00 GMT",
                      "Wed, 29 Feb 2023 12:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                      "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
                      "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
                      "Sunday, 06 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
                      "Sun Nov 06 08:49:37 1994 GMT", "Sun, 0x Nov 1994 08:49:37 GMT",
                      "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
                      "1994-11-06T08:49:37Z", "\xff\xfe"));

}  // namespace
}  // namespace larder::http
