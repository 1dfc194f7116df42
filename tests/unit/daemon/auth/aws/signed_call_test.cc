#include "daemon/auth/aws/signed_call.h"

#include <gtest/gtest.h>

#include "daemon/auth/aws/time_text.h"
#include "tests/support/aws_world.h"
#include "tests/support/fake_client.h"

namespace larder::aws {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;

class SignedCallTest : public ::testing::Test {
 protected:
  // A refusal by a service whose clock is `ahead` of ours.
  FakeAnswer refused(std::chrono::seconds ahead, const std::string& code) const {
    return {.status = 403,
            .headers = {{"Date", testing::date_header(clock_.wall() + ahead)}},
            .body = R"({"__type":")" + code + "\"}"};
  }

  // The dates that requests were signed with, when they are answered so.
  std::vector<std::string> dates(std::vector<FakeAnswer> answers) {
    testing::FakeClient client(std::move(answers));
    http::ClientRequest request;
    request.url = http::Url::parse("https://api.ecr.eu-west-1.amazonaws.com").value();
    const auto answer = signed_call(client, request, testing::test_keys(), {"eu-west-1", "ecr"},
                                    clock_, testing::patient(clock_), parse_json_error);
    status_ = answer.ok() ? answer->head.status : 0;
    std::vector<std::string> dates;
    for (const auto& one : client.requests()) {
      EXPECT_EQ(one.deadline, testing::patient(clock_).deadline);
      dates.emplace_back(one.headers.find("X-Amz-Date").value_or(""));
    }
    return dates;
  }

  std::string date(std::chrono::seconds ahead = 0s) const {
    return amz_date(clock_.wall() + ahead);
  }

  testing::FakeClock clock_;
  int status_ = 0;
};

TEST_F(SignedCallTest, SignsByOurClock) {
  EXPECT_EQ(dates({{.status = 200}}), std::vector{date()});
  EXPECT_EQ(status_, 200);
}

TEST_F(SignedCallTest, SignsAgainByTheServicesClock) {
  const auto first = refused(6min, "InvalidSignatureException");

  EXPECT_EQ(dates({first, {.status = 200}}), (std::vector{date(), date(6min)}));
  EXPECT_EQ(status_, 200);
}

TEST_F(SignedCallTest, BelievesNoServiceThatIsBeyondOurCalendar) {
  auto first = refused(6min, "InvalidSignatureException");
  for (const char* beyond : {"Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 99 Jan 2026 14:30:00 GMT"}) {
    first.headers = {{"Date", beyond}};

    EXPECT_EQ(dates({first, {.status = 200}}), std::vector{date()}) << beyond;
  }
}

TEST_F(SignedCallTest, SignsAgainWhenOursIsAhead) {
  const auto first = refused(-72h, "RequestTimeTooSkewed");

  EXPECT_EQ(dates({first, {.status = 200}}), (std::vector{date(), date(-72h)}));
}

TEST_F(SignedCallTest, SignsAgainOnceOnly) {
  const auto always = refused(6min, "InvalidSignatureException");

  EXPECT_EQ(dates({always}).size(), 2U);
  EXPECT_EQ(status_, 403);
}

TEST_F(SignedCallTest, DoesNotSignAgainForOtherReasons) {
  EXPECT_EQ(dates({refused(3min, "InvalidSignatureException")}).size(), 1U);
  EXPECT_EQ(dates({refused(6min, "AccessDeniedException")}).size(), 1U);
  EXPECT_EQ(dates({{.status = 403, .body = R"({"__type":"InvalidSignatureException"})"}}).size(),
            1U);
}

TEST_F(SignedCallTest, PassesOnWhatTheClientSays) {
  EXPECT_EQ(dates({{.error = Error{Errc::upstream_down, "refused"}}}).size(), 1U);
  EXPECT_EQ(status_, 0);
}

}  // namespace
}  // namespace larder::aws
