#include "cache/clean_mark.h"

#include <gtest/gtest.h>

#include "tests/support/memory_files.h"

namespace larder::cache {
namespace {

class CleanMarkTest : public ::testing::Test {
 protected:
  CleanMarkTest() { CHECK(files_.make_directories("/cache").ok()); }

  testing::MemoryFiles files_;
  CleanMark mark_{files_, "/cache"};
};

TEST_F(CleanMarkTest, AFirstStartIsNotClean) {
  EXPECT_FALSE(*mark_.take());
}

TEST_F(CleanMarkTest, AnOrderlyEndIsSeenOnce) {
  ASSERT_TRUE(mark_.set().ok());

  EXPECT_TRUE(*mark_.take());
  EXPECT_FALSE(*mark_.take());
}

TEST_F(CleanMarkTest, IsGoneForGoodOnceTaken) {
  ASSERT_TRUE(mark_.set().ok());
  ASSERT_TRUE(*mark_.take());

  files_.lose_power();

  EXPECT_FALSE(*mark_.take());
}

TEST_F(CleanMarkTest, AMarkThatCannotBeRemovedIsAnError) {
  ASSERT_TRUE(mark_.set().ok());
  files_.fail(testing::FileCall::remove, Errc::io);

  EXPECT_EQ(mark_.take().error().code, Errc::io);
}

TEST_F(CleanMarkTest, AMarkThatCannotBeReadIsRemovedAndNotBelieved) {
  ASSERT_TRUE(mark_.set().ok());
  files_.fail(testing::FileCall::open_read, Errc::io);

  EXPECT_FALSE(*mark_.take());
  EXPECT_FALSE(*mark_.take());
}

}  // namespace
}  // namespace larder::cache
