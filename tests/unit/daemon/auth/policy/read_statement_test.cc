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
  EXPECT_EQ(names_of(statement.actions), "registry:Referrers, registry:Push, registry:Delete");
  EXPECT_EQ(policy.notes[0].sid, "Team");
  ASSERT_EQ(policy.requirement_notes.size(), 2U);
  EXPECT_TRUE(policy.requirements[0].negated);
  EXPECT_EQ(policy.requirement_notes[0].element, "NotPrincipal");
  EXPECT_EQ(policy.requirement_notes[0].wanted, "User \"alice\"");
  EXPECT_EQ(policy.requirements[1].rows.count, 2U);
  EXPECT_EQ(policy.requirement_notes[1].wanted, "\"docker.io/a\", \"quay.io/*\"");
}

constexpr char kSharing[] = R"({"Statement": [
    {"Effect": "Allow", "Principal": {"User": "a"}, "Action": "*", "Resource": "quay.io/*",
     "Condition": {"StringLike": {"registry:Listener": "n*"}}},
    {"Effect": "Allow", "Principal": {"User": "a"}, "Action": "*", "Resource": ["quay.io/*"],
     "Condition": {"StringNotLike": {"registry:Listener": "n*"}}},
    {"Effect": "Deny", "Principal": {"User": "a"}, "Action": "*", "NotResource": "quay.io/*"}]})";

TEST(ReadStatement, SharesWhatAnotherOneWantsToo) {
  const Policy policy = parsed(kSharing);

  // The three of the first; of the second its resource and condition; both of the third.
  EXPECT_EQ(policy.requirements.size(), 7U);
  EXPECT_EQ(policy.requirement_numbers.size(), 8U);
}

TEST(ReadStatement, TellsAProblemWhereverItStands) {
  const std::string bad = R"({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "a"})";

  const std::string problems = problems_of(R"({"Statement": [)" + bad + ",\n" + bad + "]}");

  EXPECT_THAT(problems, HasSubstr("p.json:1: Statement[0].Resource"));
  EXPECT_THAT(problems, HasSubstr("p.json:2: Statement[1].Resource"));
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
