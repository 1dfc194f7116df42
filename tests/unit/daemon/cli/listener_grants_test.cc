// What tenants may pull outlives a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/cli/listener_access_fixture.h"

namespace larder::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ListenerGrantsTest = ListenerAccessFixture;

TEST_F(ListenerGrantsTest, KeepsGrantsOverARestart) {
  {
    const auto access = *open();
    ASSERT_TRUE(may_pull(*access));
    access->save();
  }
  upstream_answer_.status = 500;

  EXPECT_TRUE(may_pull(**open()));
  EXPECT_EQ(client_.count(), 1U);
  ASSERT_TRUE(index_.put_note("grants", "").ok());
  EXPECT_FALSE(may_pull(**open())) << "this is what it would be without";
}

TEST_F(ListenerGrantsTest, SavesGrantsNowAndThen) {
  const auto access = *open();
  access->maintain();
  ASSERT_TRUE(may_pull(*access));

  access->maintain();
  EXPECT_FALSE(index_.find_note("grants")->has_value());
  clock_.advance(10s);
  access->maintain();
  EXPECT_THAT(index_.find_note("grants")->value_or(""), HasSubstr(" reg.test/app\n"));
}

// A full disk, for instance.
TEST_F(ListenerGrantsTest, TriesAgainToSaveWhatCouldNotBeSaved) {
  const auto access = *open();
  ASSERT_TRUE(may_pull(*access));
  index_.fail_writes(Errc::no_space);
  access->save();
  EXPECT_THAT(observer_.troubles, ElementsAre("grants: no_space"));

  index_.mend();
  access->save();

  EXPECT_THAT(index_.find_note("grants")->value_or(""), HasSubstr(" reg.test/app\n"));
}

TEST_F(ListenerGrantsTest, GoesOnWithoutGrantsThatCannotBeRead) {
  index_.fail_reads(Errc::corrupt);

  EXPECT_EQ(why_not(), "it opened");
}

}  // namespace
}  // namespace larder::cli
