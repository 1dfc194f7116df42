#include "daemon/control/image_handler.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Images = ControlFixture;

TEST_F(Images, AreExplained) {
  explanation_.conclusion = {registry::Outlook::refuse, 404, "Refused.", ""};

  const Reply reply = ask("GET", "/v1/explain?ref=reg.test%2Fapp%3A1");

  EXPECT_EQ(reply.status, 200) << "although a pull would be refused";
  EXPECT_EQ(reply.json["name"], "reg.test/app:1");
  EXPECT_EQ(reply.json["pull"]["status"], 404);
}

TEST_F(Images, AreRefreshed) {
  refresh_.now = digest_;

  const Reply reply = ask("POST", "/v1/refresh", R"({"ref": "reg.test/app:1"})");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["outcome"], "unchanged");
  EXPECT_EQ(reply.json["now"], digest_.str());
  EXPECT_THAT(refreshed_, ElementsAre("reg.test/app:1"));
}

TEST_F(Images, AreNotExplainedWithoutOneName) {
  for (const char* const query :
       {"", "?", "?ref=", "?ref=a&ref=b", "?ref=a&x=1", "?x=a", "?ref=%"}) {
    EXPECT_EQ(ask("GET", std::string("/v1/explain") + query).status, 400) << query;
  }
}

TEST_F(Images, AreNotRefreshedWithoutAName) {
  for (const char* const body :
       {"", "{}", "[]", "x", R"({"ref": ""})", R"({"ref": 5})", R"({"ref": "a", "force": true})"}) {
    EXPECT_EQ(ask("POST", "/v1/refresh", body).status, 400) << body;
  }
  EXPECT_THAT(refreshed_, IsEmpty());
}

TEST_F(Images, TellWhatWentWrong) {
  const std::vector<std::pair<Errc, int>> table = {
      {Errc::invalid, 400}, {Errc::denied, 403},        {Errc::not_found, 404},
      {Errc::timeout, 504}, {Errc::upstream_down, 502}, {Errc::corrupt, 500}};

  for (const auto& [code, status] : table) {
    image_error_ = Error{code, "why"};
    EXPECT_EQ(ask("POST", "/v1/refresh", R"({"ref": "app:1"})").status, status);
    EXPECT_EQ(ask("GET", "/v1/explain?ref=app:1").status, status);
  }
}

TEST_F(Images, KnowNoOtherMethod) {
  EXPECT_EQ(ask("POST", "/v1/explain?ref=a").headers.find("Allow"), "GET");
  EXPECT_EQ(ask("GET", "/v1/refresh").headers.find("Allow"), "POST");
}

}  // namespace
}  // namespace larder::control
