#include "daemon/auth/aws/time_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace larder::aws {
namespace {

using std::chrono::seconds;

constexpr WallTime kMoment{seconds(1768487400)};  // 2026-01-15T14:30:00Z

TEST(AmzDate, IsWrittenInUtc) {
  EXPECT_EQ(amz_date(kMoment), "20260115T143000Z");
  EXPECT_EQ(amz_date(WallTime{}), "19700101T000000Z");
  EXPECT_EQ(amz_date(kMoment + std::chrono::milliseconds(999)), "20260115T143000Z");
}

TEST(Iso8601, IsReadAsAwsServicesWriteIt) {
  for (const char* text :
       {"2026-01-15T14:30:00Z", "2026-01-15T14:30:00.123456Z", "2026-01-15T14:30:00+00:00",
        "2026-01-15T14:30:00-00:00", "2026-01-15T16:30:00+02:00", "2026-01-15T09:00:00-0530"}) {
    EXPECT_EQ(parse_iso8601(text), kMoment) << text;
  }
}

TEST(Iso8601, OfAFarYearIsABoundedOne) {
  EXPECT_EQ(parse_iso8601("9999-01-01T00:00:00Z"), WallTime(seconds(7258118400)));
}

TEST(Iso8601, IsNothingElse) {
  for (const char* text : {"", "2026", "2026-01-15", "2026-01-15 14:30:00Z", "2026-01-15T14:30:00",
                           "2026-01-15T14:30:00Zx", "2026-13-15T14:30:00Z", "2026-02-30T14:30:00Z",
                           "2026-01-15T24:00:00Z", "2026-01-15T14:60:00Z", "2026-01-15T14:30:61Z",
                           "2026-01-15T14:30:00.Z", "2026-01-15T14:30:00+0", "1969-12-31T23:59:59Z",
                           "-026-01-15T14:30:00Z", "2026-01-1aT14:30:00Z"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(EpochSeconds, MayHaveAFraction) {
  EXPECT_EQ(from_epoch_seconds(1.7684874E9), kMoment);
  EXPECT_EQ(from_epoch_seconds(1768487400.5), kMoment + std::chrono::milliseconds(500));
}

TEST(EpochSeconds, AreBounded) {
  EXPECT_EQ(from_epoch_seconds(1e300), WallTime(seconds(7258118400)));
  EXPECT_EQ(from_epoch_seconds(-1), std::nullopt);
  EXPECT_EQ(from_epoch_seconds(std::nan("")), std::nullopt);
}

}  // namespace
}  // namespace larder::aws
