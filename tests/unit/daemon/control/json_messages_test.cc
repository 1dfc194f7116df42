#include "daemon/control/json_messages.h"

#include <gtest/gtest.h>

namespace larder::control {
namespace {

TEST(ErrorReply, HasTheStatusThatFits) {
  EXPECT_EQ(error_reply(Error{Errc::invalid, ""}).status, 400);
  EXPECT_EQ(error_reply(Error{Errc::denied, ""}).status, 403);
  EXPECT_EQ(error_reply(Error{Errc::not_found, ""}).status, 404);
  EXPECT_EQ(error_reply(Error{Errc::busy, ""}).status, 409);
  EXPECT_EQ(error_reply(Error{Errc::io, ""}).status, 500);
  EXPECT_EQ(error_reply(Error{Errc::corrupt, ""}).status, 500);
  EXPECT_EQ(error_reply(Error{Errc::cancelled, ""}).status, 503);
  EXPECT_EQ(error_reply(Error{Errc::no_space, ""}).status, 507);
}

TEST(ErrorReply, IsAnObjectWithTheMessage) {
  const auto reply = error_reply(404, "say \"x\" \xff");

  const auto json = Json::parse(std::get<std::string>(reply.body));
  EXPECT_EQ(json["error"], "say \"x\" \xef\xbf\xbd");
}

TEST(ParseRequest, TakesAnObjectOfKnownKeysOrNothing) {
  EXPECT_EQ(*parse_request("", {}), Json::object());
  EXPECT_EQ((*parse_request(R"({"a": 1})", {"a", "b"}))["a"], 1);
}

TEST(ParseRequest, RefusesTheRest) {
  for (const char* const body : {"x", "[]", "5", "{", R"({"c": 1})", R"({"a": 1} x)"}) {
    EXPECT_EQ(parse_request(body, {"a", "b"}).error().code, Errc::invalid) << body;
  }
}

TEST(TextOf, IsTheTextOrEmptyOrAnError) {
  const Json object = {{"a", "x"}, {"b", 5}};

  EXPECT_EQ(*text_of(object, "a"), "x");
  EXPECT_EQ(*text_of(object, "c"), "");
  EXPECT_EQ(text_of(object, "b").error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::control
