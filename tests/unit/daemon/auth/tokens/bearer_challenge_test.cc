#include "daemon/auth/tokens/bearer_challenge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/auth/challenge.h"

namespace larder::tokens {
namespace {

http::Headers with(const std::string& name, const std::string& value) {
  http::Headers headers;
  headers.add(name, value);
  return headers;
}

TEST(BearerChallenge, IsWhatClientsParse) {
  const BearerChallenge challenge{"http://127.0.0.1:5050/token", "node-mirror",
                                  pull_scope("ghcr.io/team/app"), "insufficient_scope"};

  const auto parsed = auth::parse_challenges(bearer_challenge(challenge));

  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed,
            (std::vector<auth::Challenge>{
                {auth::Challenge::Scheme::bearer, "http://127.0.0.1:5050/token", "node-mirror",
                 "repository:ghcr.io/team/app:pull", "insufficient_scope"}}));
}

TEST(BearerChallenge, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(bearer_challenge({"http://h/token", "s"}),
            R"(Bearer realm="http://h/token",service="s")");
}

TEST(BearerChallenge, CannotBeBrokenByAValue) {
  EXPECT_EQ(bearer_challenge({"http://h/token", "a\"b\\c\r\nd"}),
            R"(Bearer realm="http://h/token",service="a\"b\\cd")");
  EXPECT_EQ(basic_challenge("a\"b"), R"(Basic realm="a\"b")");
}

TEST(Realm, IsOnTheHostThatWasAsked) {
  EXPECT_EQ(*realm_of(with("Host", "127.0.0.1:5050"), false, "/token"),
            "http://127.0.0.1:5050/token");
  EXPECT_EQ(*realm_of(with("host", "Mirror.example"), true, "/token"),
            "https://mirror.example/token");
  EXPECT_EQ(*realm_of(with("Host", "[::1]:5050"), false, "/token"), "http://[::1]:5050/token");
}

TEST(Realm, IsRefusedForAHostThatIsNone) {
  auto two = with("Host", "a");
  two.add("Host", "b");
  EXPECT_FALSE(realm_of(two, false, "/token").ok());
  EXPECT_FALSE(realm_of({}, false, "/token").ok());
  for (const std::string host :
       {"", "a/b", "a?b", "a#b", "user@a", "a b", "a\"b", "a:0", "a:99999", "a:b:c"}) {
    EXPECT_FALSE(realm_of(with("Host", host), false, "/token").ok()) << host;
  }
}

TEST(BearerToken, IsTakenFromTheHeader) {
  EXPECT_EQ(**bearer_token(with("Authorization", "Bearer a.b-c_d")), "a.b-c_d");
  EXPECT_EQ(**bearer_token(with("authorization", "bearer  a.b ")), "a.b");
  EXPECT_FALSE(bearer_token({})->has_value());
  EXPECT_FALSE(bearer_token(with("Authorization", "Basic YTpi"))->has_value());
  EXPECT_FALSE(bearer_token(with("Authorization", "Bearer"))->has_value());
}

TEST(BearerToken, IsRefusedWhenItIsNone) {
  auto two = with("Authorization", "Bearer a");
  two.add("Authorization", "Bearer b");
  EXPECT_FALSE(bearer_token(two).ok());
  for (const std::string value :
       {"Bearer ", "Bearer   ", "Bearer a b", "Bearer a,b", "Bearer \"a\""}) {
    EXPECT_FALSE(bearer_token(with("Authorization", value)).ok()) << value;
  }
}

}  // namespace
}  // namespace larder::tokens
