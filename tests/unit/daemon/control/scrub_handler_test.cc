#include "daemon/control/scrub_handler.h"

#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

class Scrub : public ControlFixture {
 protected:
  Scrub() {
    report_.emplace();
    report_->blobs_total = 7;
  }
};

TEST_F(Scrub, PostStartsAPassAndTellsItsReport) {
  const Reply reply = ask("POST", "/v1/scrub");

  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.json["running"], true);
  EXPECT_EQ(reply.json["blobs_total"], 7);
  EXPECT_EQ(rate_, std::nullopt);
}

TEST_F(Scrub, PostMayNameARate) {
  EXPECT_EQ(ask("POST", "/v1/scrub", R"({"rate": 104857600})").status, 202);

  EXPECT_EQ(rate_, 104'857'600U);
}

class BadScrubRequests : public Scrub, public ::testing::WithParamInterface<const char*> {};

TEST_P(BadScrubRequests, AreRefusedAndStartNothing) {
  scrub_start_ = Error{Errc::io, "started all the same"};

  const Reply reply = ask("POST", "/v1/scrub", GetParam());

  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.json["error"].is_string());
}

INSTANTIATE_TEST_SUITE_P(Table, BadScrubRequests,
                         ::testing::Values("5", "[]", "{", "null", R"({"rate": "100MiB"})",
                                           R"({"rate": -1})", R"({"rate": 0})", R"({"rate": 1.5})",
                                           R"({"rate": null})", R"({"speed": 1})"));

TEST_F(Scrub, PostWhileAnOrderedPassRunsIsAConflict) {
  scrub_start_ = Error{Errc::busy, "an ordered pass is running already"};

  const Reply reply = ask("POST", "/v1/scrub");

  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.json["error"], "an ordered pass is running already");
}

TEST_F(Scrub, GetTellsTheReportOrThatThereIsNone) {
  EXPECT_EQ(ask("GET", "/v1/scrub").json["blobs_total"], 7);
  report_.reset();
  EXPECT_TRUE(ask("GET", "/v1/scrub").json["started_at"].is_null());
}

TEST_F(Scrub, OtherMethodsAreRefused) {
  const Reply reply = ask("DELETE", "/v1/scrub");

  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.find("Allow"), "GET, POST");
}

}  // namespace
}  // namespace larder::control
