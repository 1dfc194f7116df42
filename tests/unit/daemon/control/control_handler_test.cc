#include "daemon/control/control_handler.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Control = ControlFixture;

TEST_F(Control, AnswersInJsonThatNobodyKeeps) {
  const Reply reply = ask("GET", "/v1/pins");

  EXPECT_EQ(reply.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(reply.headers.find("Cache-Control"), "no-store");
}

TEST_F(Control, KnowsItsPaths) {
  EXPECT_EQ(ask("GET", "/v1/scrub?x=1").status, 200);
  for (const char* const path : {"/", "/v1", "/v1/", "/v1/scrub/", "/v2/", "/v1/pinsx"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
  }
}

TEST_F(Control, LogsWhatChangesSomethingWithoutItsQuery) {
  http::Exchange exchange;
  exchange.status = 200;
  ::testing::internal::CaptureStderr();

  handler_.finished({"DELETE", "/v1/pins?ref=secret", {}, "", ""}, exchange);

  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, AllOf(HasSubstr("\"event\":\"control\""), HasSubstr("/v1/pins\"")));
  EXPECT_THAT(logged, ::testing::Not(HasSubstr("secret")));
}

TEST_F(Control, DoesNotLogQuestions) {
  ::testing::internal::CaptureStderr();

  handler_.finished({"GET", "/v1/scrub", {}, "", ""}, {});

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), IsEmpty());
}

}  // namespace
}  // namespace larder::control
