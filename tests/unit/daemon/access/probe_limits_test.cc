// How often upstream is asked in vain for strangers.
#include "daemon/access/probe_limits.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace larder::access {
namespace {

class ProbeLimitsTest : public ::testing::Test {
 protected:
  void refuse(const std::string& peer, int times) {
    for (int i = 0; i < times; ++i) limits_.note_refused(peer);
  }

  testing::FakeClock clock_;
  ProbeLimits limits_{clock_};
};

TEST_F(ProbeLimitsTest, LetAnAddressAskUntilItWasRefusedTooOften) {
  refuse("10.1.2.3:1000", ProbeLimits::kRefusalsMax - 1);
  EXPECT_TRUE(limits_.may_ask("10.1.2.3:1000"));

  refuse("10.1.2.3:1000", 1);

  EXPECT_FALSE(limits_.may_ask("10.1.2.3:1000"));
}

TEST_F(ProbeLimitsTest, AreOfAnAddressWhateverItsPort) {
  refuse("[2001:db8::1]:1000", ProbeLimits::kRefusalsMax);
  refuse("unix", ProbeLimits::kRefusalsMax);

  EXPECT_FALSE(limits_.may_ask("[2001:db8::1]:2000"));
  EXPECT_TRUE(limits_.may_ask("[2001:db8::2]:1000"));
  EXPECT_FALSE(limits_.may_ask("unix"));
}

TEST_F(ProbeLimitsTest, EndWithTheWindow) {
  refuse("10.1.2.3:1000", ProbeLimits::kRefusalsMax);

  clock_.advance(ProbeLimits::kWindow - std::chrono::nanoseconds(1));
  EXPECT_FALSE(limits_.may_ask("10.1.2.3:1000"));
  clock_.advance(std::chrono::nanoseconds(1));
  EXPECT_TRUE(limits_.may_ask("10.1.2.3:1000"));

  refuse("10.1.2.3:1000", 1);
  EXPECT_TRUE(limits_.may_ask("10.1.2.3:1000")) << "counted anew";
}

TEST_F(ProbeLimitsTest, ForgetTheWindowThatEndsNextWhenThereAreTooMany) {
  refuse("first:1", ProbeLimits::kRefusalsMax);
  clock_.advance(std::chrono::seconds(1));
  refuse("second:1", ProbeLimits::kRefusalsMax);
  for (std::size_t i = 2; i <= ProbeLimits::kAddressesMax; ++i) {
    limits_.note_refused("address-" + std::to_string(i) + ":1");
  }

  EXPECT_TRUE(limits_.may_ask("first:1"));
  EXPECT_FALSE(limits_.may_ask("second:1"));
}

}  // namespace
}  // namespace larder::access
