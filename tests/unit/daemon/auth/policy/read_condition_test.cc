#include "daemon/auth/policy/read_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using ::testing::HasSubstr;

struct BadCondition {
  const char* condition;
  const char* problem;
};

class BadConditions : public ::testing::TestWithParam<BadCondition> {};

TEST_P(BadConditions, AreRefused) {
  const std::string changes = R"({"Condition": )" + std::string(GetParam().condition) + "}";

  EXPECT_THAT(problems_of(one_statement(changes)), HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Operators, BadConditions,
    ::testing::Values(
        BadCondition{R"("x")", "Condition: got \"x\", expected an object of condition operators"},
        BadCondition{"[]", "Condition: got an empty list"},
        BadCondition{R"({"StringEqual": {"registry:Subject": "a"}})",
                     "Condition: got \"StringEqual\", expected one of StringEquals, "},
        BadCondition{R"({"NumericEquals": {"registry:Subject": "1"}})", "got \"NumericEquals\""},
        BadCondition{R"({"StringEquals": "a"})",
                     "Condition.StringEquals: got \"a\", expected an object of condition keys"},
        BadCondition{R"({"StringEquals": {}})", "Condition.StringEquals: got an object"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadConditions,
    ::testing::Values(
        BadCondition{R"({"StringEquals": {"registry:Subjct": "a"}})",
                     "Condition.StringEquals: got \"registry:Subjct\", expected one of registry:"},
        BadCondition{R"({"StringEquals": {"aws:SourceVpce": "a"}})", "got \"aws:SourceVpce\""},
        BadCondition{R"({"StringEquals": {"registry:SourceIp": "10.0.0.1"}})",
                     "got \"registry:SourceIp\", expected one of registry:Listener"},
        BadCondition{R"({"StringEquals": {"registry:Groups": "ops"}})",
                     "got \"registry:Groups\", expected one of registry:Listener"},
        BadCondition{R"({"ForAnyValue:StringEquals": {"registry:Subject": "a"}})",
                     "got \"registry:Subject\", expected one of registry:Groups"},
        BadCondition{R"({"IpAddress": {"registry:Subject": "10.0.0.0/8"}})",
                     "got \"registry:Subject\", expected one of registry:SourceIp"},
        BadCondition{R"({"Bool": {"registry:CurrentTime": true}})",
                     "expected one of registry:SecureTransport"},
        BadCondition{R"({"DateLessThan": {"registry:SecureTransport": "2026-01-01"}})",
                     "expected one of registry:CurrentTime"}));

INSTANTIATE_TEST_SUITE_P(
    Values, BadConditions,
    ::testing::Values(
        BadCondition{R"({"StringEquals": {"registry:Subject": []}})",
                     "Condition.StringEquals.registry:Subject: got an empty list"},
        BadCondition{R"({"StringEquals": {"registry:Subject": ["a", 1]}})", "Subject[1]: got 1"},
        BadCondition{R"({"StringEquals": {"registry:Subject": ""}})", "expected 1 to 1024 bytes"},
        BadCondition{R"({"StringLike": {"registry:Subject": "${registry:Team}"}})",
                     "expected policy variables among registry:Listener"},
        BadCondition{R"({"IpAddress": {"registry:SourceIp": ["10.0.0.0/8", "10.0.0.0/33"]}})",
                     "SourceIp[1]: got \"10.0.0.0/33\", expected an address or a block"},
        BadCondition{R"({"IpAddress": {"registry:SourceIp": "10.1.0.0/8"}})",
                     "expected a block without bits beyond its prefix"},
        BadCondition{R"({"DateLessThan": {"registry:CurrentTime": "tomorrow"}})",
                     "got \"tomorrow\", expected a date such as 2026-01-31T08:30:00Z"},
        BadCondition{R"({"Bool": {"registry:SecureTransport": "yes"}})",
                     "got \"yes\", expected true or false"},
        BadCondition{R"({"Null": {"registry:Subject": 1}})", "got 1, expected a text"}));

// They would never be met, or always.
INSTANTIATE_TEST_SUITE_P(
    ImpossibleValues, BadConditions,
    ::testing::Values(
        BadCondition{R"({"StringEquals": {"registry:SubjectKind": "robot"}})",
                     "expected anonymous, user, service-account, oidc or certificate"},
        BadCondition{R"({"StringEquals": {"registry:ServiceAccount": "web"}})",
                     "expected namespace/name"},
        BadCondition{R"({"StringLike": {"registry:Namespace": "shop/*"}})",
                     "expected a namespace alone"},
        BadCondition{R"({"StringLike": {"registry:Upstream": "docker.io/*"}})",
                     "expected a host alone"},
        BadCondition{R"({"StringEquals": {"registry:Upstream": "Docker.io"}})",
                     "expected lower case"},
        BadCondition{R"({"StringNotLike": {"registry:Repository": "Library/*"}})",
                     "expected lower case"}));

TEST(ReadConditions, TakesWhatMayBeMet) {
  for (const char* const condition :
       {R"({"StringEqualsIgnoreCase": {"registry:Upstream": "Docker.io"}})",
        R"({"StringLike": {"registry:SubjectKind": "*account"}})",
        R"({"StringLike": {"registry:ServiceAccount": "*"}})",
        R"({"StringLike": {"registry:Repository": "${registry:Namespace}/*"}})",
        R"({"Bool": {"registry:SecureTransport": [true]}})",
        R"({"Null": {"registry:SourceIp": "false", "REGISTRY:GROUPS": true}})"}) {
    EXPECT_EQ(problems_of(one_statement(R"({"Condition": )" + std::string(condition) + "}")), "");
  }
}

TEST(ReadConditions, KeepsItsWords) {
  const Policy policy = parsed(one_statement(
      R"({"Condition": {"IpAddress": {"registry:sourceip": ["10.0.0.0/8", "::1"]}}})"));

  ASSERT_EQ(policy.requirement_notes.size(), 2U);
  EXPECT_EQ(policy.requirement_notes[1].wanted,
            R"(IpAddress registry:SourceIp "10.0.0.0/8", "::1")");
}

}  // namespace
}  // namespace larder::policy
