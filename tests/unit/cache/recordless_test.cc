#include "cache/recordless.h"

#include <gtest/gtest.h>

#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

TEST(RecordlessTest, ABlobIsTakenOnce) {
  Recordless recordless;
  recordless.note(testing::sha256_of("x"));
  EXPECT_FALSE(recordless.empty());

  EXPECT_TRUE(recordless.take(testing::sha256_of("x")));

  EXPECT_FALSE(recordless.take(testing::sha256_of("x")));
  EXPECT_TRUE(recordless.empty());
}

}  // namespace
}  // namespace larder::cache
