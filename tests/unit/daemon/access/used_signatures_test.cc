#include "daemon/access/used_signatures.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace larder::access {
namespace {

using std::chrono::minutes;

TEST(UsedSignatures, AreGoodOnceWhileTheyWouldBeGood) {
  testing::FakeClock clock;
  UsedSignatures used(clock);

  EXPECT_TRUE(used.use("a"));
  EXPECT_TRUE(used.use("b"));
  EXPECT_FALSE(used.use("a"));
  clock.advance(minutes(30));
  EXPECT_FALSE(used.use("a"));
}

TEST(UsedSignatures, AreForgottenWhenTheyHaveEnded) {
  testing::FakeClock clock;
  UsedSignatures used(clock, 2);
  EXPECT_TRUE(used.use("a"));
  EXPECT_TRUE(used.use("b"));
  EXPECT_FALSE(used.use("c")) << "what cannot be remembered could be used again";

  clock.advance(minutes(31));

  EXPECT_TRUE(used.use("c"));
  EXPECT_TRUE(used.use("a"));
  EXPECT_FALSE(used.use("d"));
}

}  // namespace
}  // namespace larder::access
