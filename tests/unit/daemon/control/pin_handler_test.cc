#include "daemon/control/pin_handler.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Pins = ControlFixture;

TEST_F(Pins, AreListedWithReasonAndTime) {
  pins_ = {{digest_, {"release 4.2", WallTime{}}}, {other_, {"\xff", WallTime{}}}};

  const Reply reply = ask("GET", "/v1/pins");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["pins"][0], (nlohmann::json{{"digest", digest_.str()},
                                                   {"reason", "release 4.2"},
                                                   {"since", "1970-01-01T00:00:00.000Z"}}));
  EXPECT_THAT(reply.json["pins"], SizeIs(2));
}

TEST_F(Pins, OfNothingAreAnEmptyList) {
  EXPECT_EQ(ask("GET", "/v1/pins").json["pins"], nlohmann::json::array());
}

TEST_F(Pins, AreAddedByNameAndByDigest) {
  const Reply by_name = ask("POST", "/v1/pins", R"({"ref": "app:1", "reason": "a"})");
  const Reply by_digest =
      ask("POST", "/v1/pins", R"({"digest": ")" + digest_.str() + R"(", "reason": "b"})");

  EXPECT_EQ(by_name.status, 201);
  EXPECT_EQ(by_name.json["digest"], digest_.str());
  EXPECT_EQ(by_digest.status, 201);
  ASSERT_THAT(pins_, SizeIs(2));
  EXPECT_EQ(pins_[1].second.reason, "b");
}

TEST_F(Pins, OfWhatIsNotCachedAre404) {
  const Reply by_name = ask("POST", "/v1/pins", R"({"ref": "other:1", "reason": "a"})");
  const Reply by_digest =
      ask("POST", "/v1/pins", R"({"digest": ")" + other_.str() + R"(", "reason": "b"})");

  EXPECT_EQ(by_name.status, 404);
  EXPECT_EQ(by_name.json["error"], "other:1 is not cached");
  EXPECT_EQ(by_digest.status, 404);
  EXPECT_THAT(by_digest.json["error"], HasSubstr("not in the cache"));
  EXPECT_THAT(pins_, SizeIs(0));
}

class BadPins : public ControlFixture, public ::testing::WithParamInterface<std::string> {};

TEST_P(BadPins, AreRefused) {
  const Reply reply = ask("POST", "/v1/pins", GetParam());

  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.json["error"].is_string());
  EXPECT_THAT(pins_, SizeIs(0));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadPins,
    ::testing::Values("", "{}", "[]", "x", R"({"ref": "app:1"})", R"({"reason": "a"})",
                      R"({"ref": "app:1", "reason": ""})", R"({"ref": "app:1", "reason": 5})",
                      R"({"ref": 5, "reason": "a"})", R"({"digest": "sha256:ab", "reason": "a"})",
                      R"({"ref": "app:1", "digest": "sha256:ab", "reason": "a"})",
                      R"({"ref": "app:1", "reason": "a", "until": "tomorrow"})",
                      R"({"ref": "app:1", "reason": ")" + std::string(256, 'a') + R"("})"));

TEST_F(Pins, AreRemovedByReason) {
  pins_ = {{digest_, {"a b", {}}}, {digest_, {"c", {}}}, {other_, {"a b", {}}}};

  const Reply reply = ask("DELETE", "/v1/pins?ref=app%3A1&reason=a%20b");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json, (nlohmann::json{{"digest", digest_.str()}, {"removed", 1}}));
  EXPECT_THAT(pins_, SizeIs(2));
}

TEST_F(Pins, WithoutAReasonAreAllRemoved) {
  pins_ = {{digest_, {"a", {}}}, {digest_, {"c", {}}}, {other_, {"a", {}}}};

  EXPECT_EQ(ask("DELETE", "/v1/pins?digest=" + digest_.str()).json["removed"], 2);

  ASSERT_THAT(pins_, SizeIs(1));
  EXPECT_EQ(pins_[0].first, other_);
}

TEST_F(Pins, ThatAreNotThereAre404) {
  pins_ = {{other_, {"a", {}}}};

  EXPECT_EQ(ask("DELETE", "/v1/pins?ref=app:1").status, 404);
  EXPECT_EQ(ask("DELETE", "/v1/pins?ref=other:1").status, 404);
  EXPECT_EQ(ask("DELETE", "/v1/pins?digest=" + other_.str() + "&reason=b").status, 404);
  EXPECT_THAT(pins_, SizeIs(1));
}

TEST_F(Pins, AreNotRemovedByAMalformedQuery) {
  for (const char* const query :
       {"", "?", "?reason=a", "?ref=%", "?ref=app:1&digest=sha256:ab", "?ref=app:1&all=1"}) {
    EXPECT_EQ(ask("DELETE", std::string("/v1/pins") + query).status, 400) << query;
  }
}

TEST_F(Pins, TellOfAnIndexThatFails) {
  pin_status_ = Error{Errc::no_space, "the map is full"};

  EXPECT_EQ(ask("GET", "/v1/pins").status, 507);
  EXPECT_EQ(ask("POST", "/v1/pins", R"({"ref": "app:1", "reason": "a"})").status, 507);
  EXPECT_EQ(ask("DELETE", "/v1/pins?ref=app:1").status, 507);
}

TEST_F(Pins, KnowNoOtherMethod) {
  EXPECT_EQ(ask("PUT", "/v1/pins").headers.find("Allow"), "GET, POST, DELETE");
}

}  // namespace
}  // namespace larder::control
