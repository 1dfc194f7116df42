// Grants: how long they hold, and what of them survives a restart.
#include "daemon/access/grants.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;

class GrantsTest : public ::testing::Test {
 protected:
  Standing standing() const { return grants_.standing("tenant-1", "reg.example/app"); }

  testing::FakeClock clock_;
  const GrantRules rules_{.ttl = 15min, .grace = 1h};
  Grants grants_{rules_, clock_};
};

TEST_F(GrantsTest, AreFreshForTheirTtlAndHoldForAGraceAfterIt) {
  EXPECT_EQ(standing(), Standing::unknown);
  grants_.grant("tenant-1", "reg.example/app");

  clock_.advance(15min - 1s);
  EXPECT_EQ(standing(), Standing::fresh);
  clock_.advance(1s);
  EXPECT_EQ(standing(), Standing::in_grace);
  clock_.advance(1h - 1s);
  EXPECT_EQ(standing(), Standing::in_grace);
  clock_.advance(1s);
  EXPECT_EQ(standing(), Standing::unknown);
}

TEST_F(GrantsTest, HoldForWhatIsPublicUntilSomebodyCanBeAsked) {
  grants_.grant("", "reg.example/app");

  clock_.advance(15min);
  EXPECT_EQ(grants_.standing("", "reg.example/app"), Standing::in_grace);
  clock_.advance(24h * 365);
  EXPECT_EQ(grants_.standing("", "reg.example/app"), Standing::in_grace);
  grants_.refuse("", "reg.example/app", 15min);
  EXPECT_EQ(grants_.standing("", "reg.example/app"), Standing::refused);
}

TEST_F(GrantsTest, AreOneSubjectsForOneRepository) {
  grants_.grant("tenant-1", "reg.example/app");

  EXPECT_EQ(grants_.standing("tenant-2", "reg.example/app"), Standing::unknown);
  EXPECT_EQ(grants_.standing("", "reg.example/app"), Standing::unknown);
  EXPECT_EQ(grants_.standing("tenant-1", "reg.example/app2"), Standing::unknown);
  EXPECT_EQ(grants_.standing("tenant-1", "other.example/app"), Standing::unknown);
}

TEST_F(GrantsTest, EndWithARefusalThatIsSoonForgotten) {
  grants_.grant("tenant-1", "reg.example/app");

  grants_.refuse("tenant-1", "reg.example/app", 10s);

  EXPECT_EQ(standing(), Standing::refused);
  clock_.advance(10s);
  EXPECT_EQ(standing(), Standing::unknown);
}

TEST_F(GrantsTest, EndARefusal) {
  grants_.refuse("tenant-1", "reg.example/app", 10s);

  grants_.grant("tenant-1", "reg.example/app");

  EXPECT_EQ(standing(), Standing::fresh);
}

TEST_F(GrantsTest, AreNotBelievedFromTheFuture) {
  grants_.grant("tenant-1", "reg.example/app");

  clock_.set_wall_back(2s);

  EXPECT_EQ(standing(), Standing::unknown);
}

TEST_F(GrantsTest, SurviveARestartButRefusalsDoNot) {
  grants_.grant("tenant-1", "reg.example/app");
  grants_.grant("", "reg.example/public");
  grants_.refuse("tenant-2", "reg.example/app", 1h);
  Grants next(rules_, clock_);

  next.load(grants_.text());

  EXPECT_EQ(next.standing("tenant-1", "reg.example/app"), Standing::fresh);
  EXPECT_EQ(next.standing("", "reg.example/public"), Standing::fresh);
  EXPECT_EQ(next.standing("tenant-2", "reg.example/app"), Standing::unknown);
}

TEST_F(GrantsTest, ThatCannotBeReadAreSkipped) {
  const auto now = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count());
  const std::string good = now + " tenant-1 reg.example/app\n";

  grants_.load("\n\nx\n1\n1 \n-1 a b\n" + now + " tenant-2 \n" + now +
               " a b c\n999999999999999999999 a b\n" + good);

  EXPECT_EQ(standing(), Standing::fresh);
  EXPECT_EQ(grants_.text(), good);
}

TEST_F(GrantsTest, AreBoundedAndTheOldestGo) {
  for (std::size_t i = 0; i <= Grants::kGrantsMax; ++i) {
    clock_.advance(1ms);
    grants_.grant("tenant-" + std::to_string(i), "reg.example/app");
  }

  EXPECT_EQ(grants_.standing("tenant-0", "reg.example/app"), Standing::unknown);
  EXPECT_EQ(grants_.standing("tenant-16384", "reg.example/app"), Standing::fresh);
  EXPECT_EQ(grants_.standing("tenant-2000", "reg.example/app"), Standing::fresh);
}

TEST_F(GrantsTest, OfPartsEndWithARefusalOfTheWhole) {
  grants_.grant("tenant-1", "reg.example/app@blob");
  grants_.grant("tenant-1", "reg.example/app2@blob");
  grants_.grant("tenant-2", "reg.example/app@blob");

  grants_.refuse("tenant-1", "reg.example/app", 10s);

  EXPECT_EQ(grants_.standing("tenant-1", "reg.example/app@blob"), Standing::unknown);
  EXPECT_EQ(grants_.standing("tenant-1", "reg.example/app2@blob"), Standing::fresh);
  EXPECT_EQ(grants_.standing("tenant-2", "reg.example/app@blob"), Standing::fresh);
}

TEST_F(GrantsTest, ForgetTheRefusalThatEndsNextWhenThereAreTooMany) {
  grants_.refuse("tenant", "reg.test/soon", 1min);
  grants_.refuse("tenant", "reg.test/late", 1h);

  for (std::size_t i = 0; i < Grants::kRefusalsMax - 1; ++i) {
    grants_.refuse("tenant", "reg.test/" + std::to_string(i), 1h);
  }

  EXPECT_EQ(grants_.standing("tenant", "reg.test/soon"), Standing::unknown);
  EXPECT_EQ(grants_.standing("tenant", "reg.test/late"), Standing::refused);
}

TEST_F(GrantsTest, TellOnceThatTheyHaveChanged) {
  EXPECT_FALSE(grants_.take_changed());
  grants_.grant("tenant-1", "reg.example/app");
  EXPECT_TRUE(grants_.take_changed());
  EXPECT_FALSE(grants_.take_changed());
  grants_.refuse("tenant-2", "reg.example/app", 1h);
  EXPECT_FALSE(grants_.take_changed());
  grants_.refuse("tenant-1", "reg.example/app", 1h);
  EXPECT_TRUE(grants_.take_changed());
}

}  // namespace
}  // namespace larder::access
