// What is counted and logged of tokens and decisions.
#include "daemon/control/access_telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/auth/tokens/token_service.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kGroups{"dev", "ops"};
const access::PolicyDecision kDenied{.listener = "node",
                                     .subject_kind = "oidc",
                                     .subject = "alice",
                                     .issuer = "ci",
                                     .groups = kGroups,
                                     .peer = "10.1.2.3:51324",
                                     .is_secure = true,
                                     .action = "registry:Pull",
                                     .resource = "reg.test/app",
                                     .reference = "v1",
                                     .reason = "denied by NoNight"};
constexpr tokens::TokenEvent kRefused{"node",          "10.1.2.3:51324", "user", "alice",
                                      "invalid_grant", "wrong password", ""};

class AccessTelemetryTest : public ::testing::Test {
 protected:
  void SetUp() override { ::testing::internal::CaptureStderr(); }
  void TearDown() override {
    if (!is_taken_) ::testing::internal::GetCapturedStderr();
  }

  std::string logged() {
    is_taken_ = true;
    return ::testing::internal::GetCapturedStderr();
  }
  // The one line that was logged, without its time.
  nlohmann::json logged_line() {
    auto line = nlohmann::json::parse(logged(), nullptr, false);
    line.erase("ts");
    return line;
  }
  std::string metrics() const { return metrics_.text({}); }

  Metrics metrics_{"1.2.3"};
  log::Logger logger_{log::Level::info, log::Format::json};
  AccessTelemetry telemetry_{metrics_, logger_};

 private:
  bool is_taken_ = false;
};

TEST_F(AccessTelemetryTest, LogsWhoWasDeniedWhatAndWhy) {
  telemetry_.policy_decided(kDenied);

  EXPECT_EQ(logged_line(), nlohmann::json::parse(R"({
      "level": "info", "event": "policy_denied", "listener": "node", "subject_kind": "oidc",
      "subject": "alice", "issuer": "ci", "groups": ["dev", "ops"], "peer": "10.1.2.3:51324",
      "tls": true, "action": "registry:Pull", "resource": "reg.test/app", "reference": "v1",
      "reason": "denied by NoNight"})"));
}

TEST_F(AccessTelemetryTest, TellsWhatADryRunWouldDeny) {
  auto would_deny = kDenied;
  would_deny.is_dry_run = true;

  telemetry_.policy_decided(would_deny);

  const auto line = logged_line();
  EXPECT_EQ(line["event"], "policy_would_deny");
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["reason"], "denied by NoNight");
  EXPECT_THAT(metrics(), HasSubstr("{decision=\"dry_run_deny\",listener=\"node\"} 1\n"));
}

TEST_F(AccessTelemetryTest, LogsWhyATokenDidNotDo) {
  telemetry_.token_rejected({.listener = "node",
                             .subject_kind = "user",
                             .subject = "alice",
                             .token_id = "t1",
                             .peer = "10.1.2.3:51324",
                             .resource = "reg.test/app",
                             .error = "insufficient_scope",
                             .cause = "the token is not for it"});

  EXPECT_EQ(logged_line(), nlohmann::json::parse(R"({
      "level": "info", "event": "token_rejected", "listener": "node", "subject_kind": "user",
      "subject": "alice", "token_id": "t1", "peer": "10.1.2.3:51324", "resource": "reg.test/app",
      "error": "insufficient_scope", "cause": "the token is not for it"})"));
}

TEST_F(AccessTelemetryTest, LogsWhoWasRefusedAToken) {
  telemetry_.token_asked(kRefused);

  EXPECT_EQ(logged_line(), nlohmann::json::parse(R"({
      "level": "info", "event": "token_refused", "listener": "node", "endpoint": "/token",
      "peer": "10.1.2.3:51324", "subject_kind": "user", "subject": "alice",
      "outcome": "invalid_grant", "cause": "wrong password", "token_id": ""})"));
}

TEST_F(AccessTelemetryTest, KeepsWhatIsAllowedAndIssuedForDebugging) {
  auto allowed = kDenied;
  allowed.is_allowed = true;
  auto issued = kRefused;
  issued.outcome = "issued";

  telemetry_.policy_decided(allowed);
  telemetry_.token_asked(issued);
  logger_.set_level(log::Level::debug);
  telemetry_.policy_decided(allowed);
  telemetry_.token_asked(issued);

  const std::string lines = logged();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_THAT(lines, AllOf(HasSubstr("\"debug\",\"event\":\"policy_allowed\""),
                           HasSubstr("\"debug\",\"event\":\"token_issued\"")));
}

TEST_F(AccessTelemetryTest, CountsDecisionsAndTokens) {
  auto allowed = kDenied;
  allowed.is_allowed = true;

  telemetry_.policy_decided(kDenied);
  telemetry_.policy_decided(allowed);
  telemetry_.policy_decided(allowed);
  telemetry_.token_asked(kRefused);

  EXPECT_THAT(
      metrics(),
      AllOf(HasSubstr("larder_policy_decisions_total{decision=\"deny\",listener=\"node\"} 1\n"),
            HasSubstr("larder_policy_decisions_total{decision=\"allow\",listener=\"node\"} 2\n"),
            HasSubstr(
                "larder_tokens_issued_total{listener=\"node\",outcome=\"invalid_grant\"} 1\n")));
}

TEST_F(AccessTelemetryTest, LabelsNothingWithWhatClientsChoose) {
  telemetry_.policy_decided(kDenied);
  telemetry_.token_asked(kRefused);

  EXPECT_THAT(metrics(),
              AllOf(Not(HasSubstr("alice")), Not(HasSubstr("10.1.2.3")), Not(HasSubstr("reg.test")),
                    Not(HasSubstr("NoNight")), Not(HasSubstr("wrong password"))));
}

TEST_F(AccessTelemetryTest, TellsOfPoliciesThatChangeOrCannot) {
  telemetry_.policy_reloaded("/p.json", policy::Policy{});
  telemetry_.policy_kept("/p.json", Error{Errc::invalid, "/p.json:3: Effect"});

  EXPECT_THAT(
      logged(),
      AllOf(
          HasSubstr("\"info\",\"event\":\"policy_reloaded\",\"file\":\"/p.json\",\"statements\":0"),
          HasSubstr("\"error\",\"event\":\"policy_kept\",\"file\":\"/p.json\","
                    "\"error\":\"invalid: /p.json:3: Effect\"")));
}

TEST_F(AccessTelemetryTest, TellsOfATroubleOnceForEachReason) {
  const Error gone{Errc::not_found, "/k: No such file"};
  telemetry_.access_trouble("token keys", gone);
  telemetry_.access_trouble("token keys", gone);
  telemetry_.access_trouble("htpasswd", gone);
  telemetry_.access_trouble("token keys", Error{Errc::invalid, "/k: no keys"});

  const std::string lines = logged();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  EXPECT_THAT(lines, HasSubstr("\"error\",\"event\":\"access_trouble\",\"what\":\"token keys\","
                               "\"error\":\"not_found: /k: No such file\""));
}

class MayAll final : public tokens::AccessDecider {
  bool may(const tokens::AccessQuestion&) const override { return true; }
};

// Whatever a client shows: a password, a token, a form.
TEST_F(AccessTelemetryTest, SaysNothingSecretOfWhatWasShownAndGiven) {
  const testing::TempDirectory directory;
  testing::FakeClock clock;
  const auto keys = *tokens::SigningKeys::open({.file = directory.path() / "keys.json"}, clock);
  const tokens::TokenRules rules{.issuer = "larder", .service = "larder"};
  const tokens::TokenIssuer issuer(rules, *keys, clock);
  tokens::TokenVerifier verifier(rules, *keys, clock);
  const MayAll all;
  tokens::TokenService service({.anonymous = true}, issuer, verifier, all, telemetry_);
  logger_.set_level(log::Level::debug);
  http::Request basic{"GET", "/token?service=larder", {}, "10.1.2.3:1", "node"};
  basic.headers.add("Authorization", "Basic YWxpY2U6aHVudGVyMg==");  // alice:hunter2
  http::Request form{"POST", "/token",
                     {},     "10.1.2.3:1",
                     "node", "grant_type=password&username=alice&password=hunter2&service=larder"};
  form.headers.add("Content-Type", "application/x-www-form-urlencoded");

  (void)service.handle(basic);
  (void)service.handle(form);
  const auto given = service.handle({"GET", "/token?service=larder", {}, "10.1.2.3:1", "node"});

  const std::string all_told = logged() + metrics();
  const auto answer = nlohmann::json::parse(std::get<std::string>(given.body));
  EXPECT_THAT(all_told, AllOf(HasSubstr("token_issued"), HasSubstr("token_refused"),
                              Not(HasSubstr("hunter2")), Not(HasSubstr("YWxpY2U6")),
                              Not(HasSubstr(answer["access_token"].get<std::string>()))));
}

}  // namespace
}  // namespace larder::control
