// /v1/token: orders read, answers written.
#include "daemon/control/token_handler.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

using ::testing::HasSubstr;

using TokenHandlerTest = ControlFixture;

TEST_F(TokenHandlerTest, OrdersATokenForRepositoriesAndScopes) {
  const Reply reply = ask("POST", "/v1/token", R"({"repositories":["team/app"],
      "scopes":["repository:other:pull"],"life_seconds":60,"subject":"backup","listener":"node"})");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["token"], "SIGNED");
  EXPECT_EQ(reply.json["scope"], "repository:other:pull repository:reg.test/team/app:pull");
  EXPECT_EQ(reply.json["expires_at"], "1970-01-01T00:01:00.000Z");
  EXPECT_EQ(reply.headers.find("Cache-Control"), "no-store");
  EXPECT_EQ(token_order_.subject, "backup");
  EXPECT_EQ(token_order_.listener, "node");
  EXPECT_EQ(token_order_.life, std::chrono::seconds(60));
}

TEST_F(TokenHandlerTest, LeavesOutWhatIsNotSaid) {
  EXPECT_EQ(ask("POST", "/v1/token", R"({"repositories":["app"]})").status, 200);

  EXPECT_EQ(token_order_.life, std::chrono::seconds(0));
  EXPECT_EQ(token_order_.subject, "");
}

TEST_F(TokenHandlerTest, RefusesWhatItCannotRead) {
  for (const char* const body :
       {R"({"life_seconds":0})", R"({"life_seconds":-1})", R"({"life_seconds":86401})",
        R"({"life_seconds":"60"})", R"({"repositories":"app"})", R"({"scopes":[7]})",
        R"({"scopes":["repository:app"]})", R"({"repositories":["a b"]})", R"({"subject":7})",
        R"({"listener":null})", R"({"life":60})", "[]", "{"}) {
    token_order_.subject = "untouched";
    EXPECT_EQ(ask("POST", "/v1/token", body).status, 400) << body;
    EXPECT_EQ(token_order_.subject, "untouched") << body;
  }
  EXPECT_EQ(ask("GET", "/v1/token").status, 405);
}

TEST_F(TokenHandlerTest, TellsWhyThereIsNone) {
  const Reply strange = ask("POST", "/v1/token", R"({"repositories":["no/such"]})");
  token_error_ = Error{Errc::denied, "listener node does not allow it"};
  const Reply refused = ask("POST", "/v1/token", R"({"repositories":["app"]})");

  EXPECT_EQ(strange.status, 404);
  EXPECT_THAT(refused.json["error"].get<std::string>(), HasSubstr("does not allow"));
}

}  // namespace
}  // namespace larder::control
