#include "daemon/control/timestamp.h"

#include <gtest/gtest.h>

#include "daemon/log/line.h"

namespace larder::control {
namespace {

class GoodTimestamps : public ::testing::TestWithParam<std::string> {};

TEST_P(GoodTimestamps, AreReadBackFromTheLogsForm) {
  const auto time = parse_timestamp(GetParam());

  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(log::timestamp(*time), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Table, GoodTimestamps,
                         ::testing::Values("1970-01-01T00:00:00.000Z", "2026-01-02T03:04:05.678Z",
                                           "2024-02-29T23:59:59.999Z"));

class BadTimestamps : public ::testing::TestWithParam<std::string> {};

TEST_P(BadTimestamps, AreRefused) {
  EXPECT_EQ(parse_timestamp(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, BadTimestamps,
                         ::testing::Values("", "2026", "2026-01-02T03:04:05Z",
                                           "2026-01-02 03:04:05.678Z", "2026-01-02T03:04:05.678",
                                           "2026-13-02T03:04:05.678Z", "2023-02-29T00:00:00.000Z",
                                           "2026-01-02T24:00:00.000Z", "2026-01-02T03:60:05.678Z",
                                           "2026-01-02T03:04:05.67xZ",
                                           "2026-01-02T03:04:05.678Zx"));

}  // namespace
}  // namespace larder::control
