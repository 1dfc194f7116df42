#include "cache/row_coding.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;

TEST(RowCheck, IsTheSameOnEveryMachine) {
  EXPECT_NE(row_check({}, {}), 0);
  EXPECT_EQ(row_check(bytes_of("key"), bytes_of("a row of 18 bytes.")), 0x5b3cf004);
}

TEST(RowCheck, TellsKeyFromRow) {
  EXPECT_NE(row_check(bytes_of("a"), bytes_of("bc")), row_check(bytes_of("ab"), bytes_of("c")));
  EXPECT_NE(row_check(bytes_of("ab"), {}), row_check({}, bytes_of("ab")));
}

TEST(RowCheck, SeesEveryBitAndTheLength) {
  const std::string row(40, 'r');
  const std::uint32_t check = row_check(bytes_of("key"), bytes_of(row));

  for (std::size_t bit = 0; bit < 8 * row.size(); ++bit) {
    std::string other = row;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(row_check(bytes_of("key"), bytes_of(other)), check) << bit;
  }
  EXPECT_NE(row_check(bytes_of("key"), bytes_of(row + std::string(1, '\0'))), check);
}

TEST(RowReader, GivesZerosPastTheEnd) {
  const std::string row = [] {
    RowWriter writer(bytes_of("key"), 0);
    writer.number(std::uint8_t{7});
    return std::move(writer).finish();
  }();

  RowReader reader(bytes_of("key"), bytes_of(row));

  EXPECT_EQ(reader.number<std::uint8_t>(), 7);
  EXPECT_TRUE(reader.is_whole());
  EXPECT_EQ(reader.number<std::uint64_t>(), 0);
  EXPECT_EQ(reader.text(), "");
  EXPECT_EQ(reader.digest(), std::nullopt);
  EXPECT_FALSE(reader.is_whole());
}

}  // namespace
}  // namespace larder::cache
