#include "daemon/auth/policy/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> mismatches(std::string_view changes, const PolicyRequest& request) {
  const Explanation explanation = explain(parsed(one_statement(changes)), request);
  std::vector<std::string> texts;
  for (const auto& statement : explanation.statements) {
    for (const Mismatch& m : statement.mismatches) texts.push_back(m.element + ": " + m.why);
  }
  return texts;
}

TEST(Explain, NamesTheStatementThatDecides) {
  const Policy policy = parsed(R"({"Statement": [
      {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
      {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "quay.io/*"},
      {"Effect": "Deny", "Principal": "*",
       "Action": "registry:Pull", "Resource": "docker.io/*"}]})");

  const Explanation explanation = explain(policy, alice_pulls());

  EXPECT_EQ(explanation.decision, (Decision{Verdict::denied, 2}));
  ASSERT_EQ(explanation.statements.size(), 3U);
  EXPECT_EQ(explanation.statements[0].name, "A");
  EXPECT_EQ(explanation.statements[0].effect, Effect::allow);
  EXPECT_THAT(explanation.statements[0].mismatches, IsEmpty());
  EXPECT_EQ(explanation.statements[1].mismatches.size(), 1U);
  EXPECT_EQ(explanation.statements[2].name, "Statement[2]");
  EXPECT_EQ(explanation.statements[2].line, 4);
}

TEST(Explain, TellsEveryElementThatDoesNotCoverTheRequest) {
  EXPECT_THAT(mismatches(R"({"Action": "registry:Pu?h", "Resource": "quay.io/*",
                     "Principal": {"User": ["bob", "carol"], "Group": "x"},
                     "Condition": {"IpAddress": {"registry:SourceIp": "192.168.0.0/16"}}})",
                         alice_pulls()),
              ElementsAre("Action: got registry:Pull, expected registry:Push",
                          R"(Principal: got user "alice" of "dev", "ops", expected Group "x"; )"
                          R"(User "bob", "carol")",
                          R"(Resource: got "docker.io/library/redis", expected "quay.io/*")",
                          R"(Condition: got 10.1.2.3, expected IpAddress registry:SourceIp )"
                          R"("192.168.0.0/16")"));
}

TEST(Explain, TellsWhatIsExcepted) {
  EXPECT_THAT(mismatches(R"({"Principal": null, "NotPrincipal": {"Subject": "*"},
                             "Resource": null, "NotResource": "docker.io/*"})",
                         alice_pulls()),
              ElementsAre(R"(NotPrincipal: got user "alice" of "dev", "ops", expected none of )"
                          R"(Subject "*")",
                          R"(NotResource: got "docker.io/library/redis", expected none of )"
                          R"("docker.io/*")"));
}

TEST(Explain, TellsValuesOfEveryType) {
  EXPECT_THAT(mismatches(R"({"Condition": {
                  "Bool": {"registry:SecureTransport": false},
                  "DateLessThan": {"registry:CurrentTime": "2023-01-01"},
                  "ForAnyValue:StringEquals": {"registry:Groups": "x"},
                  "StringEquals": {"registry:Listener": "endpoint",
                                   "registry:Namespace": "shop"}}})",
                         alice_pulls()),
              ElementsAre("Condition: got true, expected Bool registry:SecureTransport false",
                          "Condition: got 2023-11-14T22:13:20Z, expected DateLessThan "
                          "registry:CurrentTime \"2023-01-01\"",
                          "Condition: got \"dev\", \"ops\", expected ForAnyValue:StringEquals "
                          "registry:Groups \"x\"",
                          "Condition: got \"node\", expected StringEquals registry:Listener "
                          "\"endpoint\"",
                          "Condition: got no value, expected StringEquals registry:Namespace "
                          "\"shop\""));
}

TEST(Explain, IsPrintableWhateverTheRequest) {
  PolicyRequest request = alice_pulls();
  request.subject = "a\x1b[2J";

  EXPECT_THAT(mismatches(R"({"Principal": {"User": "bob"}})", request),
              ElementsAre(R"(Principal: got user "a\u001b[2J" of "dev", "ops", expected )"
                          R"(User "bob")"));
}

TEST(Explain, SaysThatNobodyAsked) {
  EXPECT_THAT(mismatches(R"({"Principal": {"Subject": "*"}})", nobody_pulls()),
              ElementsAre("Principal: got nobody: the request is anonymous, expected "
                          "Subject \"*\""));
}

}  // namespace
}  // namespace larder::policy
