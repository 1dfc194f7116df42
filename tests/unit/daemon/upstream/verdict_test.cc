#include "daemon/upstream/verdict.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kJudged{784'111'777s};

http::ResponseHead answered(int status, const std::string& retry_after = "") {
  http::ResponseHead head{.status = status, .headers = {}, .content_length = {}};
  if (!retry_after.empty()) head.headers.add("Retry-After", retry_after);
  return head;
}

Status failed(Errc code) {
  return Error{code, "the cause"};
}

struct Judged {
  int status;
  const char* retry_after;
  Verdict verdict;
};

class Answers : public ::testing::TestWithParam<Judged> {};

TEST_P(Answers, AreJudgedByTheirStatus) {
  const Exchanged exchange{answered(GetParam().status, GetParam().retry_after), 0, {}, {}};

  EXPECT_EQ(judge(exchange, kJudged), GetParam().verdict) << GetParam().status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Answers,
    ::testing::Values(Judged{200, "", {Sign::answered}}, Judged{206, "", {Sign::answered}},
                      Judged{304, "", {Sign::answered}}, Judged{307, "", {Sign::answered}},
                      Judged{401, "", {Sign::answered}}, Judged{403, "", {Sign::answered}},
                      Judged{404, "60", {Sign::answered}}, Judged{418, "", {Sign::answered}},
                      Judged{501, "60", {Sign::answered}},
                      Judged{500, "", {Sign::server_error, "HTTP 500"}},
                      Judged{502, "60", {Sign::server_error, "HTTP 502"}},
                      Judged{503, "", {Sign::server_error, "HTTP 503"}},
                      Judged{503, "soon", {Sign::server_error, "HTTP 503"}},
                      Judged{503, "60", {Sign::wants_pause, "HTTP 503, Retry-After 60 s", 60s}},
                      Judged{503,
                             "Sun, 06 Nov 1994 08:50:07 GMT",
                             {Sign::wants_pause, "HTTP 503, Retry-After 30 s", 30s}},
                      Judged{429, "60", {Sign::wants_pause, "HTTP 429, Retry-After 60 s", 60s}},
                      Judged{
                          429, "86400", {Sign::wants_pause, "HTTP 429, Retry-After 3600 s", 3600s}},
                      Judged{429, "", {Sign::wants_pause, "HTTP 429"}},
                      Judged{429, "soon", {Sign::wants_pause, "HTTP 429"}}));

struct Ended {
  bool has_head;
  Errc code;
  Sign sign;
};

class Failures : public ::testing::TestWithParam<Ended> {};

TEST_P(Failures, AreTheEndpointsOnlyWhenItCouldHaveHelped) {
  Exchanged exchange{{}, 0, {}, failed(GetParam().code)};
  if (GetParam().has_head) exchange.head = answered(200);

  EXPECT_EQ(judge(exchange, kJudged).sign, GetParam().sign);
}

INSTANTIATE_TEST_SUITE_P(Table, Failures,
                         ::testing::Values(Ended{false, Errc::upstream_down, Sign::unreachable},
                                           Ended{false, Errc::timeout, Sign::unreachable},
                                           Ended{false, Errc::cancelled, Sign::nothing},
                                           Ended{false, Errc::denied, Sign::nothing},
                                           Ended{false, Errc::invalid, Sign::nothing},
                                           Ended{false, Errc::io, Sign::nothing},
                                           Ended{true, Errc::upstream_down, Sign::broken},
                                           Ended{true, Errc::timeout, Sign::broken},
                                           Ended{true, Errc::cancelled, Sign::nothing},
                                           Ended{true, Errc::io, Sign::nothing}));

TEST(Verdict, NamesTheCause) {
  EXPECT_EQ(judge({{}, 0, {}, failed(Errc::timeout)}, kJudged).why, "the cause");
  EXPECT_EQ(judge({answered(200), 0, {}, failed(Errc::timeout)}, kJudged).why, "the cause");
}

struct Waited {
  Chance chance;
  Sign sign;
};

class Timeouts : public ::testing::TestWithParam<Waited> {};

TEST_P(Timeouts, AreTheEndpointsDeathOnlyWhenItHadTheTimeToConnectAndWasNeverHeard) {
  const Exchanged exchange{{}, 0, GetParam().chance, failed(Errc::timeout)};

  EXPECT_EQ(judge(exchange, kJudged).sign, GetParam().sign);
  EXPECT_EQ(judge_token({Errc::timeout, "x"}, GetParam().chance).sign, GetParam().sign);
}

INSTANTIATE_TEST_SUITE_P(Table, Timeouts,
                         ::testing::Values(Waited{{kFairChance - 1ns, 1s}, Sign::nothing},
                                           Waited{{kFairChance, 1s}, Sign::broken},
                                           Waited{{900ms - 1ns, 1s}, Sign::broken},
                                           Waited{{900ms, 1s}, Sign::unreachable},
                                           Waited{{200ms, 200ms}, Sign::unreachable},
                                           Waited{{{}, 1s}, Sign::unreachable},
                                           Waited{{3s, 1s, true}, Sign::broken},
                                           Waited{{{}, 1s, true}, Sign::broken}));

TEST(Verdict, HearsNoComplaintAboutATimeThatWasTooShort) {
  const Chance none{.allowed = 1ns};

  EXPECT_EQ(judge({{}, 0, none, failed(Errc::upstream_down)}, kJudged).sign, Sign::unreachable);
  EXPECT_EQ(judge({answered(200), 0, none, failed(Errc::timeout)}, kJudged).sign, Sign::nothing);
}

TEST(Verdict, ForgivesABreakAfterProgress) {
  const auto broken = failed(Errc::upstream_down);

  EXPECT_EQ(judge({answered(206), kProgressBytes - 1, {}, broken}, kJudged).sign, Sign::broken);
  EXPECT_EQ(judge({answered(206), kProgressBytes, {}, broken}, kJudged).sign, Sign::nothing);
}

TEST(Verdict, OfAServerErrorStandsWhateverBecomesOfItsBody) {
  EXPECT_EQ(judge({answered(500), 0, {}, failed(Errc::cancelled)}, kJudged).sign,
            Sign::server_error);
  EXPECT_EQ(judge({answered(429), 0, {}, failed(Errc::timeout)}, kJudged).sign, Sign::wants_pause);
}

TEST(Verdict, TakesAMissingTokenForNoAnswerUnlessItWasRefused) {
  EXPECT_EQ(judge_token({Errc::upstream_down, "x"}, {}).sign, Sign::unreachable);
  EXPECT_EQ(judge_token({Errc::denied, "x"}, {}).sign, Sign::answered);
  EXPECT_EQ(judge_token({Errc::cancelled, "x"}, {}).sign, Sign::nothing);
}

}  // namespace
}  // namespace larder::upstream
