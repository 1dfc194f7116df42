#include "daemon/upstream/content_range.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

TEST(ContentRange, IsRead) {
  EXPECT_EQ(*parse_content_range("bytes 0-0/1"), (ContentRange{{0, 1}, 1}));
  EXPECT_EQ(*parse_content_range("bytes 100-199/200"), (ContentRange{{100, 200}, 200}));
  EXPECT_EQ(*parse_content_range("bytes 5-9/*"), (ContentRange{{5, 10}, std::nullopt}));
  EXPECT_EQ(*parse_content_range("bytes 0-18446744073709551613/18446744073709551615"),
            (ContentRange{{0, 18446744073709551614U}, 18446744073709551615U}));
}

class BadContentRanges : public ::testing::TestWithParam<const char*> {};

TEST_P(BadContentRanges, AreRefused) {
  EXPECT_EQ(parse_content_range(GetParam()).error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadContentRanges,
                         ::testing::Values("", "bytes", "bytes ", "bytes */10", "bytes=0-1/2",
                                           "Bytes 0-1/2", "bytes 1-0/2", "bytes 0-2/2", "bytes 0-1",
                                           "bytes 0-1/", "bytes -1/2", "bytes 0-/2", "bytes 0-1/2 ",
                                           "bytes  0-1/2", "bytes +0-1/2", "bytes 0-1/2x",
                                           "bytes 0x0-1/2", "bytes 0-18446744073709551615/*",
                                           "bytes 0-18446744073709551616/*",
                                           "bytes 0-1/18446744073709551616"));

TEST(UnsatisfiedRange, TellsTheSize) {
  EXPECT_EQ(parse_unsatisfied_range("bytes */0").value(), 0U);
  EXPECT_EQ(parse_unsatisfied_range("bytes */18446744073709551615").value(), UINT64_MAX);
}

TEST(UnsatisfiedRange, IsNothingElse) {
  for (const char* value : {"", "*", "bytes", "bytes */", "bytes */*", "bytes */-1", "bytes */1 ",
                            "bytes 0-0/1", "items */1", "bytes */18446744073709551616"}) {
    EXPECT_EQ(parse_unsatisfied_range(value).error().code, Errc::invalid) << value;
  }
}

}  // namespace
}  // namespace larder::upstream
