// The reading itself; what it finds is lmdb_reading_test.cc's.
#include "cache/lmdb_check.h"

#include <gtest/gtest.h>

#include <memory>

#include "cache/lmdb_index.h"
#include "tests/support/index_oracle.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::TempDirectory;

TEST(CheckAllRows, StopsWhenToldTo) {
  const TempDirectory directory;
  const LmdbIndexOptions options{.directory = directory.path(), .map_bytes = 16 << 20};
  ASSERT_TRUE(larder::testing::fill_with_numbers(*LmdbIndex::open(options).value(), 1000).ok());
  const auto environment = LmdbEnvironment::open(options).value();

  EXPECT_TRUE(check_all_rows(*environment, [] { return true; }).ok());
  EXPECT_EQ(check_all_rows(*environment, [] { return false; }).error().code, Errc::cancelled);
}

}  // namespace
}  // namespace larder::cache
