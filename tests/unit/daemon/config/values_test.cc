#include "daemon/config/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::TestWithParam;
using ::testing::Values;

struct GoodDuration {
  std::string text;
  Milliseconds value;
};

class GoodDurations : public TestWithParam<GoodDuration> {};

TEST_P(GoodDurations, AreRead) {
  EXPECT_EQ(parse_duration(GetParam().text), GetParam().value);
}

TEST_P(GoodDurations, AreReadBackFromTheirUsualForm) {
  EXPECT_EQ(parse_duration(format_duration(GetParam().value)), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodDurations,
    Values(GoodDuration{"0", milliseconds(0)}, GoodDuration{"0s", milliseconds(0)},
           GoodDuration{"500ms", milliseconds(500)}, GoodDuration{"3s", seconds(3)},
           GoodDuration{"15m", minutes(15)}, GoodDuration{"2h", hours(2)},
           GoodDuration{"30d", hours(24 * 30)}, GoodDuration{"1h30m", minutes(90)},
           GoodDuration{"1d1h1m1s1ms", milliseconds(90'061'001)}, GoodDuration{"90m", minutes(90)},
           GoodDuration{"3650d", hours(24 * 3650)}));

class BadDurations : public TestWithParam<std::string> {};

TEST_P(BadDurations, AreRefused) {
  EXPECT_EQ(parse_duration(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, BadDurations,
                         Values("", "3", "s", "3 s", " 3s", "3s ", "-3s", "+3s", "3S", "1.5h", "3y",
                                "30m1h", "1h1h", "1ms1s", "1m1ms1s", "3651d", "forever",
                                "99999999999999999999s", "213503982334601d", "0x10s"));

TEST(Duration, IsFormattedInFallingUnits) {
  EXPECT_EQ(format_duration(minutes(90)), "1h30m");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
}

struct GoodAmount {
  std::string text;
  Amount value;
};

class GoodAmounts : public TestWithParam<GoodAmount> {};

TEST_P(GoodAmounts, AreRead) {
  EXPECT_EQ(parse_amount(GetParam().text), GetParam().value);
}

TEST_P(GoodAmounts, AreReadBackFromTheirUsualForm) {
  EXPECT_EQ(parse_amount(format_amount(GetParam().value)), GetParam().value);
}

Amount bytes(std::uint64_t count) {
  return {std::nullopt, count};
}
Amount percent(double share) {
  return {share, 0};
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodAmounts,
    Values(GoodAmount{"80%", percent(80)}, GoodAmount{"100%", percent(100)},
           GoodAmount{"0.1%", percent(0.1)}, GoodAmount{"33.333333%", percent(33.333333)},
           GoodAmount{"0", bytes(0)}, GoodAmount{"4096", bytes(4096)},
           GoodAmount{"4097", bytes(4097)}, GoodAmount{"7B", bytes(7)},
           GoodAmount{"1KiB", bytes(1024)}, GoodAmount{"200GiB", bytes(214'748'364'800)},
           GoodAmount{"3MiB", bytes(3'145'728)}, GoodAmount{"2TiB", bytes(2'199'023'255'552)},
           GoodAmount{"5KB", bytes(5000)}, GoodAmount{"5MB", bytes(5'000'000)},
           GoodAmount{"50GB", bytes(50'000'000'000)}, GoodAmount{"1TB", bytes(1'000'000'000'000)},
           GoodAmount{"18446744073709551615", bytes(18'446'744'073'709'551'615ULL)}));

class BadAmounts : public TestWithParam<std::string> {};

TEST_P(BadAmounts, AreRefused) {
  EXPECT_EQ(parse_amount(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, BadAmounts,
                         Values("", "%", "0%", "-1%", "100.1%", "101%", "nan%", "inf%", "1e1%",
                                "80 %", "80%%", "GiB", "-1", "1 GiB", "1gib", "1G", "1Gi", "1.5GiB",
                                "1GiBx", "16777216TiB", "18446744073709551616",
                                "0.00000000000000000001%x"));

TEST(Rate, IsASizeOfAtLeast64KiB) {
  EXPECT_EQ(parse_rate("64KiB"), kRateMin);
  EXPECT_EQ(parse_rate("16MiB"), 16U << 20);
  EXPECT_EQ(parse_rate("100MB"), 100'000'000U);
  EXPECT_EQ(format_rate(16 << 20), "16MiB");
  for (const char* const text : {"", "0", "65535", "16", "50%", "off", "16MiB/s", "-1MiB"}) {
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
  }
}

TEST(Amount, IsAShareOfTheWholeOrItsOwnBytes) {
  EXPECT_EQ(percent(80).of(1000), 800U);
  EXPECT_EQ(percent(100).of(18'446'744'073'709'551'615ULL), 18'446'744'073'709'551'615ULL);
  EXPECT_EQ(bytes(5000).of(1000), 5000U);
}

TEST(Amount, IsFormattedWithTheSmallestNumberThatIsExact) {
  EXPECT_EQ(format_amount(bytes(214'748'364'800)), "200GiB");
  EXPECT_EQ(format_amount(bytes(50'000'000'000)), "50GB");
  EXPECT_EQ(format_amount(bytes(4097)), "4097");
  EXPECT_EQ(format_amount(percent(80)), "80%");
}

}  // namespace
}  // namespace larder::config
