#include "daemon/cli/policy_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/cli/policy_arguments.h"
#include "tests/support/run_larder.h"
#include "tests/support/temp_directory.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::run_larder;

constexpr char kTeamPolicy[] = R"({
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "OwnRepositories", "Effect": "Allow", "Principal": {"ServiceAccount": "*"},
     "Action": "registry:Pull", "Resource": "quay.io/${registry:Namespace}/*"},
    {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
     "Condition": {"IpAddress": {"registry:SourceIp": "10.66.0.0/16"}}}]})";

class PolicyCommand : public ::testing::Test {
 protected:
  std::string file_with(const std::string& text) {
    const std::string file = (folder_.path() / "policy.json").string();
    std::ofstream(file) << text;
    return file;
  }

  // Whether service account shop/web may pull, with further arguments.
  Outcome test(const std::string& resource, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{
        "policy",        "test",       "--policy", file_with(kTeamPolicy), "--action",
        "registry:Pull", "--resource", resource,   "--service-account",    "shop/web"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_larder(arguments);
  }

  testing::TempDirectory folder_;
};

TEST_F(PolicyCommand, SaysWhatIsAllowedAndWhy) {
  const Outcome outcome = test("quay.io/shop/app", {"--source-ip", "10.1.2.3"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(outcome.out,
            "allowed by OwnRepositories\n"
            "\n"
            "Allow  OwnRepositories  matches\n"
            "Deny   Statement[1]\n"
            "         Condition: got 10.1.2.3, expected IpAddress registry:SourceIp "
            "\"10.66.0.0/16\"\n");
}

TEST_F(PolicyCommand, SaysWhatIsDeniedAndWhy) {
  const Outcome outcome = test("quay.io/shop/app", {"--source-ip", "10.66.2.3"});

  EXPECT_EQ(outcome.status, kExitDenied);
  EXPECT_THAT(outcome.out, HasSubstr("denied by Statement[1]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Deny   Statement[1]  matches\n"));
}

TEST_F(PolicyCommand, SaysThatNothingAllowsIt) {
  const Outcome outcome = test("quay.io/bank/app");

  EXPECT_EQ(outcome.status, kExitDenied);
  EXPECT_THAT(outcome.out, HasSubstr("denied: no statement allows it\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Resource: got \"quay.io/bank/app\", expected "
                                     "\"quay.io/${registry:Namespace}/*\"\n"));
  EXPECT_THAT(outcome.out, HasSubstr("Condition: got no value, expected IpAddress"));
}

TEST_F(PolicyCommand, ExplainsForAProgram) {
  const Outcome allowed = test("quay.io/shop/app", {"-o", "json"});
  const Outcome denied = test("quay.io/bank/app", {"-o", "json"});

  const auto json = nlohmann::json::parse(allowed.out);
  EXPECT_EQ(json["decision"], "allowed");
  EXPECT_EQ(json["explicit"], true);
  EXPECT_EQ(json["statement"], 0);
  EXPECT_EQ(json["name"], "OwnRepositories");
  EXPECT_EQ(json["statements"][0]["matches"], true);
  EXPECT_EQ(json["statements"][1]["line"], 6);
  EXPECT_EQ(json["statements"][1]["effect"], "Deny");
  EXPECT_EQ(json["statements"][1]["mismatches"][0]["element"], "Condition");
  EXPECT_EQ(denied.status, kExitDenied);
  EXPECT_EQ(nlohmann::json::parse(denied.out)["explicit"], false);
  EXPECT_FALSE(nlohmann::json::parse(denied.out).contains("statement"));
}

TEST_F(PolicyCommand, RefusesBadArguments) {
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"--source-ip", "10.0.0.0/8"},
                                              {"--time", "tomorrow"},
                                              {"--namespace", "bank"},
                                              {"--subject-kind", "robot"}}) {
    const Outcome outcome = test("quay.io/shop/app", bad);
    EXPECT_EQ(outcome.status, 2) << bad[0];
    EXPECT_THAT(outcome.err, HasSubstr("larder: " + bad[0] + ": got " + bad[1] + ", expected "));
  }
  EXPECT_EQ(test("redis").status, 2);
  EXPECT_EQ(run_larder({"policy", "test"}).status, 2);
  EXPECT_EQ(run_larder({"policy"}).status, 2);
}

TEST_F(PolicyCommand, RefusesABadPolicy) {
  const std::string file = file_with("{}");

  const Outcome outcome = run_larder(
      {"policy", "test", "--policy", file, "--action", "pull", "--resource", "quay.io/a"});

  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, file + ":1: policy: got no Statement, expected at least one\n");
}

TEST_F(PolicyCommand, ChecksAPolicy) {
  const std::string file = file_with(kTeamPolicy);

  EXPECT_EQ(run_larder({"policy", "check", file}).out, file + ": ok, 2 statements\n");
  const Outcome outcome = run_larder({"policy", "check", "-o", "json", file});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(nlohmann::json::parse(outcome.out),
            nlohmann::json({{"file", file},
                            {"ok", true},
                            {"problems", nlohmann::json::array()},
                            {"statements", 2}}));
}

TEST_F(PolicyCommand, ChecksABadPolicy) {
  const std::string file = file_with("{\"Version\": 1,\n\"Statement\": []}");

  const Outcome text = run_larder({"policy", "check", file});
  const Outcome json = run_larder({"policy", "check", "-o", "json", file});

  EXPECT_EQ(text.status, 2);
  EXPECT_THAT(text.out, IsEmpty());
  EXPECT_THAT(text.err, HasSubstr(file + ":2: Statement: got an empty list"));
  EXPECT_EQ(json.status, 2);
  EXPECT_EQ(nlohmann::json::parse(json.out)["ok"], false);
  EXPECT_EQ(nlohmann::json::parse(json.out)["problems"].size(), 2U);
}

TEST_F(PolicyCommand, TellsAnAbsentPolicyFromABadOne) {
  const std::string absent = folder_.path() / "absent.json";

  EXPECT_EQ(run_larder({"policy", "check", absent}).status, 1);
  EXPECT_EQ(run_larder({"policy", "check", "-o", "json", absent}).status, 1);
  EXPECT_THAT(run_larder({"policy", "check", absent}).err, HasSubstr("absent.json"));
}

}  // namespace
}  // namespace larder::cli
