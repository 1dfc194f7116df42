#include "daemon/access/challenge_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/access/request_to_listener.h"

namespace larder::access {
namespace {

using ::testing::HasSubstr;

const tokens::BearerChallenge kPull{"", "node-mirror", "repository:reg.test/app:pull", ""};

TEST(ChallengeReply, LeadsToTheTokenEndpointOfTheHostThatWasAsked) {
  const auto reply = challenge_reply(testing::request_to("/v2/app/manifests/7"), kPull);

  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(testing::challenge_of(reply),
            "Bearer realm=\"http://mirror.test:5050/token\",service=\"node-mirror\","
            "scope=\"repository:reg.test/app:pull\"");
  EXPECT_EQ(reply.headers.find("Docker-Distribution-Api-Version"), "registry/2.0");
  EXPECT_THAT(std::get<std::string>(reply.body), HasSubstr("\"UNAUTHORIZED\""));
}

TEST(ChallengeReply, KeepsToTheWayThatTheClientCame) {
  auto request = testing::request_to("/v2/");
  request.tls = std::make_shared<http::TlsPeer>();

  EXPECT_THAT(testing::challenge_of(challenge_reply(request, kPull)),
              HasSubstr("realm=\"https://mirror.test:5050/token\""));
}

TEST(ChallengeReply, SaysWhatIsWrongWithWhatWasShown) {
  auto challenge = kPull;
  challenge.error = "insufficient_scope";

  const auto reply = challenge_reply(testing::request_to("/v2/"), challenge);

  EXPECT_THAT(testing::challenge_of(reply), HasSubstr(",error=\"insufficient_scope\""));
}

TEST(ChallengeReply, LeadsNowhereWithoutAHost) {
  auto request = testing::request_to("/v2/");
  request.headers.remove("Host");

  const auto reply = challenge_reply(request, kPull);

  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(testing::challenge_of(reply), "(none)");
}

}  // namespace
}  // namespace larder::access
