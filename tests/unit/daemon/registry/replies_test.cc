#include "daemon/registry/replies.h"

#include <gtest/gtest.h>

#include "daemon/auth/exchanger.h"

namespace larder::registry {
namespace {

struct ReplyCase {
  Errc error;
  int status;
  std::string code;
};

class ErrorReply : public ::testing::TestWithParam<ReplyCase> {};

TEST_P(ErrorReply, IsNeverARetryTowardsARuntime) {
  const auto reply = error_reply(RouteKind::blob, Error{GetParam().error, "why"});

  EXPECT_EQ(reply.status, GetParam().status);
  const auto& body = std::get<std::string>(reply.body);
  EXPECT_NE(body.find("\"code\":\"" + GetParam().code + "\""), std::string::npos) << body;
  EXPECT_NE(body.find("why"), std::string::npos) << body;
}

INSTANTIATE_TEST_SUITE_P(Table, ErrorReply,
                         ::testing::Values(ReplyCase{Errc::not_found, 404, "BLOB_UNKNOWN"},
                                           ReplyCase{Errc::denied, 404, "BLOB_UNKNOWN"},
                                           ReplyCase{Errc::invalid, 400, "DIGEST_INVALID"},
                                           ReplyCase{Errc::upstream_down, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::timeout, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::corrupt, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::busy, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::cancelled, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::no_space, 503, "UNAVAILABLE"},
                                           ReplyCase{Errc::io, 503, "UNAVAILABLE"}));

TEST(ErrorReplyBody, EscapesWhatAnUpstreamSaid) {
  const auto reply = error_reply(404, "X", "a \"quote\" and \xff", CacheStatus::failed);

  EXPECT_EQ(std::get<std::string>(reply.body),
            "{\"errors\":[{\"code\":\"X\",\"message\":\"a \\\"quote\\\" and \xef\xbf\xbd\"}]}");
}

TEST(ErrorReplyBody, KeepsWhatIsWrongWithLardersOwnCredentialForTheLog) {
  const Error error{Errc::denied, "run /etc/larder/plugin: exit status 1: hunter2",
                    auth::kCredentialCause};

  const auto reply = error_reply(RouteKind::manifest, error);

  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(std::get<std::string>(reply.body),
            "{\"errors\":[{\"code\":\"UNAVAILABLE\",\"message\":\"Larder has no credential for the "
            "upstream; its log says why\"}]}");
}

TEST(PingReply, IsAnEmptyObject) {
  const auto reply = ping_reply();

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(std::get<std::string>(reply.body), "{}");
  EXPECT_EQ(reply.headers.find("Docker-Distribution-Api-Version"), "registry/2.0");
}

}  // namespace
}  // namespace larder::registry
