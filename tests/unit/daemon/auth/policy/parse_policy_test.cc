// The document as a whole. Its elements have tests of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/auth/policy/policy.h"
#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

constexpr char kStatement[] =
    R"({"Effect": "Allow", "Principal": "*", "Action": "registry:Pull", "Resource": "*"})";

TEST(ParsePolicy, TakesOneStatementOrAList) {
  const std::string statement = kStatement;

  EXPECT_EQ(parsed(R"({"Statement": )" + statement + "}").statements.size(), 1U);
  EXPECT_EQ(parsed(R"({"Version": "2008-10-17", "Id": "p1", "Statement": [)" + statement + "," +
                   statement + "]}")
                .statements.size(),
            2U);
}

TEST(ParsePolicy, PutsStatementsThatDenyFirst) {
  const Policy policy = parsed(R"({"Statement": [
      {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
      {"Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
      {"Sid": "B", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})");

  ASSERT_EQ(policy.statements.size(), 3U);
  EXPECT_EQ(name_of(policy, policy.statements[0].number), "D");
  EXPECT_EQ(name_of(policy, policy.statements[1].number), "A");
  EXPECT_EQ(name_of(policy, policy.statements[2].number), "B");
}

struct BadDocument {
  const char* json;
  const char* problem;
};

class BadDocuments : public ::testing::TestWithParam<BadDocument> {};

TEST_P(BadDocuments, AreRefused) {
  EXPECT_THAT(problems_of(GetParam().json), HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Policy, BadDocuments,
    ::testing::Values(
        BadDocument{"", "p.json:1: policy: got \"\", expected '[', '{', or a literal"},
        BadDocument{"[]", "policy: got an empty list, expected an object with Version, Id,"},
        BadDocument{"{}", "p.json:1: policy: got no Statement, expected at least one"},
        BadDocument{R"({"Statement": []})", "Statement: got an empty list, expected at least one"},
        BadDocument{R"({"Statement": "x"})", "Statement: got \"x\", expected an object with Sid"},
        BadDocument{R"({"Statement": [1]})", "Statement[0]: got 1, expected an object with Sid"},
        BadDocument{R"({"Version": "2013-10-17"})",
                    R"(Version: got "2013-10-17", expected "2012-10-17" or "2008-10-17")"},
        BadDocument{R"({"Version": 2012})", "Version: got 2012"},
        BadDocument{R"({"Id": 1})", "Id: got 1, expected a text"},
        BadDocument{R"({"statement": []})",
                    R"(policy: got "statement", expected one of Version, Id, Statement)"}));

TEST(ParsePolicy, TellsAllProblemsWithTheirLines) {
  const std::string problems = problems_of(R"({
    "Version": "2012",
    "Statement": [
      {"Sid": "Team", "Effect": "allow", "Principal": "*", "Action": "registry:Pul",
       "Resource": "*"}]})");

  EXPECT_EQ(problems,
            "p.json:2: Version: got \"2012\", expected \"2012-10-17\" or \"2008-10-17\"\n"
            "p.json:4: Statement[0] (Team).Effect: got \"allow\", expected Allow or Deny\n"
            "p.json:4: Statement[0] (Team).Action: got \"registry:Pul\", expected an action: "
            "registry:Pull, registry:List, registry:Referrers, registry:Push, registry:Delete, or "
            "a pattern of them");
}

TEST(ParsePolicy, RefusesAnElementTwice) {
  EXPECT_THAT(problems_of(R"({"Statement": {"Effect": "Deny", "Effect": "Allow", "Principal": "*",
                              "Action": "*", "Resource": "*"}})"),
              HasSubstr("got \"Effect\" again"));
}

TEST(ParsePolicy, RefusesMoreThanAMegabyte) {
  const std::string policy = R"({"Statement": )" + std::string(kStatement) + "}";
  const std::string spaces(kPolicyBytesMax - policy.size(), ' ');

  EXPECT_EQ(problems_of(policy + spaces), "");
  EXPECT_EQ(problems_of(policy + spaces + " "),
            "p.json:1: policy: got more, expected at most 1048576 bytes");
}

TEST(ParsePolicy, WantsTheNewVersionForVariables) {
  const std::string statement = R"("Statement": {"Effect": "Allow", "Principal": "*",
      "Action": "*", "Resource": "docker.io/${registry:Namespace}/*"})";

  EXPECT_EQ(problems_of(R"({"Version": "2012-10-17", )" + statement + "}"), "");
  EXPECT_THAT(problems_of(R"({"Version": "2008-10-17", )" + statement + "}"),
              HasSubstr(R"(expected no ${..} without "Version": "2012-10-17")"));
  EXPECT_THAT(problems_of("{" + statement + "}"), HasSubstr("expected no ${..} without"));
}

}  // namespace
}  // namespace larder::policy
