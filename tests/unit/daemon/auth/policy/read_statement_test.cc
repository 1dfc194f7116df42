#include "daemon/auth/policy/read_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

TEST(ReadStatement, ReadsItsElements) {
  const Policy policy = parsed(one_statement(
      R"({"Sid": "Team", "Effect": "Deny", "Principal": null, "NotPrincipal": {"User": "alice"},
          "Action": null, "NotAction": ["registry:Pull", "registry:List"], "Resource": null,
          "NotResource": ["docker.io/a", "quay.io/*"]})"));

  ASSERT_EQ(policy.statements.size(), 1U);
  const Statement& statement = policy.statements[0];
  EXPECT_EQ(statement.effect, Effect::deny);
  EXPECT_FALSE(statement.is_for_everybody);
  EXPECT_TRUE(statement.excepts_principals);
  EXPECT_TRUE(statement.excepts_resources);
  EXPECT_EQ(names_of(statement.actions), "registry:Referrers, registry:Push, registry:Delete");
  EXPECT_EQ(statement.resources.count, 2U);
  EXPECT_EQ(policy.notes[0].sid, "Team");
  EXPECT_EQ(policy.notes[0].principals, "User \"alice\"");
  EXPECT_EQ(policy.notes[0].resources, "\"docker.io/a\", \"quay.io/*\"");
}

struct BadElement {
  const char* changes;
  const char* problem;
};

class BadStatements : public ::testing::TestWithParam<BadElement> {};

TEST_P(BadStatements, AreRefused) {
  EXPECT_THAT(problems_of(one_statement(GetParam().changes)), HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Policy, BadStatements,
    ::testing::Values(
        BadElement{R"({"Sid": ""})", "Statement.Sid: got \"\", expected 1 to 128 printable bytes"},
        BadElement{R"({"Sid": 1})", "Statement.Sid: got 1"},
        BadElement{R"({"Sid": "a\u001b[2J"})", "Statement.Sid: got \"a\\u001b[2J\""},
        BadElement{R"({"Effect": null})", "Statement: got no Effect, expected Allow or Deny"},
        BadElement{R"({"Effect": "DENY"})", "Statement.Effect: got \"DENY\""},
        BadElement{R"({"Effect": ["Deny"]})", "Statement.Effect: got a list"},
        BadElement{R"({"Principal": null})",
                   "Statement: got neither, expected one of Principal and NotPrincipal"},
        BadElement{R"({"NotPrincipal": {"User": "a"}})",
                   "Statement: got both, expected one of Principal and NotPrincipal"},
        BadElement{R"({"Principal": null, "NotPrincipal": "*"})",
                   "Statement.NotPrincipal: got \"*\", expected an object: nobody is outside"},
        BadElement{R"({"Action": null})", "got neither, expected one of Action and NotAction"},
        BadElement{R"({"NotAction": "*"})", "got both, expected one of Action and NotAction"},
        BadElement{R"({"Action": null, "NotAction": "registry:*"})",
                   "Statement.NotAction: got \"registry:*\", expected less"},
        BadElement{R"({"Action": []})",
                   "Statement.Action: got an empty list, expected a text, or a list of at least"},
        BadElement{R"({"Action": ["registry:Pull", "registry:Write"]})",
                   "Statement.Action[1]: got \"registry:Write\", expected an action"},
        BadElement{R"({"Action": ["registry:Pull", 1]})", "Statement.Action[1]: got 1"},
        BadElement{R"({"Action": "ecr:BatchGetImage"})", "got \"ecr:BatchGetImage\""},
        BadElement{R"({"Resource": null})", "got neither, expected one of Resource and Not"},
        BadElement{R"({"Condition": {}})", "Statement.Condition: got an object"},
        BadElement{R"({"Conditions": {}})",
                   "Statement: got \"Conditions\", expected one of Sid, Effect"}));

TEST(ReadStatement, RefusesASidTwice) {
  EXPECT_EQ(problems_of(R"({"Statement": [
      {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
      {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]})"),
            "p.json:3: Statement[1].Sid: got \"A\", expected a Sid for each statement alone");
}

}  // namespace
}  // namespace larder::policy
