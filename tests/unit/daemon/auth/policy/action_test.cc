#include "daemon/auth/policy/action.h"

#include <gtest/gtest.h>

namespace larder::policy {
namespace {

constexpr ActionSet kPull = set_of(Action::pull);
constexpr ActionSet kPush = set_of(Action::push);
constexpr ActionSet kReferrers = set_of(Action::referrers);

TEST(Action, IsNamedByAPatternInWhateverCase) {
  EXPECT_EQ(actions_named("registry:Pull"), kPull);
  EXPECT_EQ(actions_named("REGISTRY:pULL"), kPull);
  EXPECT_EQ(actions_named("registry:Pu*"), kPull | kPush);
  EXPECT_EQ(actions_named("registry:Pu??"), kPull | kPush);
  EXPECT_EQ(actions_named("*:*err*"), kReferrers);
  EXPECT_EQ(actions_named("registry:*"), kEveryAction);
  EXPECT_EQ(actions_named("*"), kEveryAction);
}

TEST(Action, IsNotNamedByWhatIsNone) {
  for (const char* const text : {"", "registry:Pul", "registry:Pull ", "Pull", "registry:", "ecr:*",
                                 "registry:Pull?", "registry:${*}", "registry:Pull\n"}) {
    EXPECT_EQ(actions_named(text), 0) << text;
  }
}

TEST(Action, IsFoundWithAndWithoutItsPrefix) {
  EXPECT_EQ(find_action("registry:Delete"), Action::remove);
  EXPECT_EQ(find_action("pull"), Action::pull);
  EXPECT_EQ(find_action("registry:*"), std::nullopt);
  EXPECT_EQ(find_action(""), std::nullopt);
}

TEST(Action, IsToldByItsName) {
  EXPECT_EQ(to_string(Action::referrers), "registry:Referrers");
  EXPECT_EQ(names_of(kPull | kPush), "registry:Pull, registry:Push");
  EXPECT_EQ(names_of(0), "");
}

}  // namespace
}  // namespace larder::policy
