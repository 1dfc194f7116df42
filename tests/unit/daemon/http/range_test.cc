#include <gtest/gtest.h>

#include "daemon/http/head.h"

namespace larder::http {
namespace {

struct RangeCase {
  std::string header;
  std::uint64_t size_bytes;
  std::uint64_t begin;
  std::uint64_t end;
};

class SatisfiableRanges : public ::testing::TestWithParam<RangeCase> {};

TEST_P(SatisfiableRanges, AreResolvedAgainstTheSize) {
  const auto range = parse_range(GetParam().header, GetParam().size_bytes);

  EXPECT_EQ(range.kind, RangeRequest::Kind::satisfiable);
  EXPECT_EQ(range.begin, GetParam().begin);
  EXPECT_EQ(range.end, GetParam().end);
}

INSTANTIATE_TEST_SUITE_P(
    Range, SatisfiableRanges,
    ::testing::Values(RangeCase{"bytes=0-0", 10, 0, 1}, RangeCase{"bytes=0-9", 10, 0, 10},
                      RangeCase{"bytes=3-", 10, 3, 10}, RangeCase{"bytes=9-9", 10, 9, 10},
                      RangeCase{"bytes=5-100", 10, 5, 10}, RangeCase{"bytes=-3", 10, 7, 10},
                      RangeCase{"bytes=-100", 10, 0, 10}, RangeCase{"BYTES=1-2", 10, 1, 3},
                      RangeCase{"bytes=0-18446744073709551615", 10, 0, 10},
                      RangeCase{"bytes=2-99999999999999999999999", 10, 2, 10},
                      RangeCase{"bytes=-99999999999999999999999", 10, 0, 10},
                      RangeCase{"bytes=0000000000000000000000001-2", 10, 1, 3}));

class UnsatisfiableRanges : public ::testing::TestWithParam<RangeCase> {};

TEST_P(UnsatisfiableRanges, AreToldApart) {
  const auto range = parse_range(GetParam().header, GetParam().size_bytes);

  EXPECT_EQ(range.kind, RangeRequest::Kind::unsatisfiable);
}

INSTANTIATE_TEST_SUITE_P(
    Range, UnsatisfiableRanges,
    ::testing::Values(RangeCase{"bytes=10-", 10, 0, 0}, RangeCase{"bytes=10-20", 10, 0, 0},
                      RangeCase{"bytes=500-0", 1000, 0, 0}, RangeCase{"bytes=-0", 10, 0, 0},
                      RangeCase{"bytes=0-", 0, 0, 0}, RangeCase{"bytes=0-0", 0, 0, 0},
                      RangeCase{"bytes=-5", 0, 0, 0},
                      RangeCase{"bytes=99999999999999999999999-", 10, 0, 0}));

class IgnoredRanges : public ::testing::TestWithParam<std::string> {};

TEST_P(IgnoredRanges, MeanEverything) {
  EXPECT_EQ(parse_range(GetParam(), 10).kind, RangeRequest::Kind::none);
}

INSTANTIATE_TEST_SUITE_P(Range, IgnoredRanges,
                         ::testing::Values("", "bytes", "bytes=", "bytes=-", "bytes=a-", "bytes=1",
                                           "bytes=1-a", "bytes=0x1-2", "bytes=+1-2", "bytes= 1-2",
                                           "bytes=1 -2", "bytes=1--2", "bytes=--2", "bytes=0-1,3-4",
                                           "bytes=0-1,", "items=0-1", "0-1", "bytes:0-1"));

TEST(Range, AnAbsentHeaderMeansEverything) {
  EXPECT_EQ(parse_range(std::nullopt, 10).kind, RangeRequest::Kind::none);
}

struct WantedCase {
  std::string header;
  std::uint64_t begin;
  std::uint64_t end;
};

class WantedRanges : public ::testing::TestWithParam<WantedCase> {};

TEST_P(WantedRanges, AreToldWithoutTheSize) {
  EXPECT_EQ(wanted_range(GetParam().header), (cache::ByteRange{GetParam().begin, GetParam().end}));
}

INSTANTIATE_TEST_SUITE_P(
    Range, WantedRanges,
    ::testing::Values(WantedCase{"bytes=0-0", 0, 1}, WantedCase{"bytes=3-9", 3, 10},
                      WantedCase{"Bytes=0007-8", 7, 9}, WantedCase{"bytes=3-", 3, cache::kToTheEnd},
                      WantedCase{"bytes=0-", 0, cache::kToTheEnd},
                      WantedCase{"bytes=2-18446744073709551614", 2, cache::kToTheEnd},
                      WantedCase{"bytes=2-18446744073709551615", 2, cache::kToTheEnd},
                      WantedCase{"bytes=2-99999999999999999999999", 2, cache::kToTheEnd}));

// The size must be known first, or there is nothing to give whatever it is.
INSTANTIATE_TEST_SUITE_P(Empty, WantedRanges,
                         ::testing::Values(WantedCase{"bytes=-3", 0, 0},
                                           WantedCase{"bytes=-0", 0, 0},
                                           WantedCase{"bytes=-99999999999999999999999", 0, 0},
                                           WantedCase{"bytes=500-0", 0, 0},
                                           WantedCase{"bytes=4-3", 0, 0},
                                           WantedCase{"bytes=18446744073709551615-", 0, 0},
                                           WantedCase{"bytes=99999999999999999999999-", 0, 0}));

TEST_P(IgnoredRanges, WantEverything) {
  EXPECT_EQ(wanted_range(GetParam()), (cache::ByteRange{0, cache::kToTheEnd}));
}

TEST(Range, AnAbsentHeaderWantsEverything) {
  EXPECT_EQ(wanted_range(std::nullopt), (cache::ByteRange{0, cache::kToTheEnd}));
}

class MatchingEtags : public ::testing::TestWithParam<std::string> {};

TEST_P(MatchingEtags, AreFoundInEveryForm) {
  EXPECT_TRUE(etag_matches(GetParam(), "\"sha256:aa\""));
}

INSTANTIATE_TEST_SUITE_P(Etag, MatchingEtags,
                         ::testing::Values("\"sha256:aa\"", "W/\"sha256:aa\"", "sha256:aa", "*",
                                           " * ", "\"x\", \"sha256:aa\"", "\"x\",W/\"sha256:aa\"",
                                           "x, sha256:aa , y", "\"a,b\", \"sha256:aa\"",
                                           ",,\"sha256:aa\""));

class OtherEtags : public ::testing::TestWithParam<std::string> {};

TEST_P(OtherEtags, DoNotMatch) {
  EXPECT_FALSE(etag_matches(GetParam(), "\"sha256:aa\""));
}

INSTANTIATE_TEST_SUITE_P(Etag, OtherEtags,
                         ::testing::Values("", "\"\"", "\"sha256:a\"", "\"sha256:aaa\"",
                                           "\"SHA256:aa\"", "\"x,sha256:aa\"", "x sha256:aa",
                                           "\"*\"", ",", "W/"));

}  // namespace
}  // namespace larder::http
