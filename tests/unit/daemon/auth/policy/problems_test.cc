#include "daemon/auth/policy/problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::policy {
namespace {

TEST(PolicyProblems, AreToldALineEach) {
  Problems problems("p.json");
  EXPECT_TRUE(problems.empty());

  problems.add(3, "Statement[0].Effect", in_quotes("allow\n"), "Allow or Deny");
  problems.add(1, "Version", "1", "another");

  EXPECT_FALSE(problems.empty());
  EXPECT_EQ(problems.str(),
            "p.json:3: Statement[0].Effect: got \"allow\\n\", expected Allow or Deny\n"
            "p.json:1: Version: got 1, expected another");
}

TEST(PolicyProblems, AreCountedWhenThereAreMany) {
  Problems problems("p");
  for (int i = 0; i < 60; ++i) problems.add(i, "x", "y", "z");

  EXPECT_THAT(problems.str(), ::testing::EndsWith("p:49: x: got y, expected z\np: and 10 more"));
}

TEST(PolicyProblems, CutLongText) {
  EXPECT_EQ(in_quotes(std::string(81, 'a')), "\"" + std::string(80, 'a') + "...\"");
}

}  // namespace
}  // namespace larder::policy
