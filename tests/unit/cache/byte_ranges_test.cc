#include "cache/byte_ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace larder::cache {
namespace {

TEST(ByteRanges, JoinsRangesThatTouch) {
  ByteRanges ranges;

  ranges.add({0, 10});
  ranges.add({20, 30});
  ranges.add({10, 20});

  EXPECT_EQ(ranges.covered_until(0), 30u);
  EXPECT_EQ(ranges.total_bytes(), 30u);
}

TEST(ByteRanges, FindsTheFirstGapBetweenRanges) {
  ByteRanges ranges;

  ranges.add({0, 10});
  ranges.add({20, 30});

  EXPECT_EQ(ranges.first_gap(0, 40), (ByteRange{10, 20}));
  EXPECT_EQ(ranges.first_gap(15, 40), (ByteRange{15, 20}));
  EXPECT_EQ(ranges.first_gap(25, 40), (ByteRange{30, 40}));
  EXPECT_EQ(ranges.first_gap(0, 10), std::nullopt);
}

TEST(ByteRanges, AnAbsentByteIsCoveredUntilItself) {
  ByteRanges ranges;

  ranges.add({5, 10});

  EXPECT_EQ(ranges.covered_until(4), 4u);
  EXPECT_EQ(ranges.covered_until(10), 10u);
  EXPECT_EQ(ByteRanges().covered_until(7), 7u);
}

TEST(ByteRanges, AgreesWithOneBitPerByte) {
  std::mt19937 random(7);
  ByteRanges ranges;
  std::vector<bool> bits(200);

  for (int step = 0; step < 300; ++step) {
    const std::uint64_t begin = random() % 200;
    const std::uint64_t end = std::min<std::uint64_t>(200, begin + random() % 9);
    ranges.add({begin, end});
    for (std::uint64_t i = begin; i < end; ++i) bits[i] = true;

    const std::uint64_t probe = random() % 200;
    std::uint64_t until = probe;
    while (until < 200 && bits[until]) ++until;
    ASSERT_EQ(ranges.covered_until(probe), until) << "step " << step;
  }
}

}  // namespace
}  // namespace larder::cache
