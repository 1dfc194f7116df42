#include "daemon/http/request_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/http/server_fixture.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;
using testing::read_response;

RequestHead head_of(std::optional<std::uint64_t> content_length) {
  RequestHead head;
  head.content_length = content_length;
  head.announces_body = true;
  return head;
}

TEST(RequestBody, HasTheSizeThatItsHeadSays) {
  EXPECT_EQ(*body_size(head_of(0), 8), 0U);
  EXPECT_EQ(*body_size(head_of(8), 8), 8U);
}

TEST(RequestBody, IsRefusedWhenNotCountedOrTooLarge) {
  EXPECT_EQ(body_size(head_of(std::nullopt), 8).error().code, Errc::invalid);
  EXPECT_EQ(body_size(head_of(9), 8).error().code, Errc::invalid);
}

TEST(RequestBody, IsTakenOnceItIsThere) {
  SocketPair pair;
  pair.send("12345next");
  pair.connection().receive(7);

  EXPECT_EQ(take_body(pair.connection(), 8), std::nullopt);
  EXPECT_EQ(take_body(pair.connection(), 5), "12345");
  EXPECT_EQ(pair.connection().received(), "ne");
}

class BodyTakingServer : public ServerTest {
 protected:
  testing::RawResponse post(std::string_view fields_and_body) {
    auto peer = client();
    peer.send("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields_and_body));
    return read_response(peer);
  }
};

TEST_F(BodyTakingServer, GivesTheHandlerTheBody) {
  start({.body_bytes_max = 8});

  EXPECT_EQ(post("Content-Length: 5\r\n\r\nhello").status, 200);
  EXPECT_EQ(post("Content-Length: 0\r\n\r\n").status, 200);

  EXPECT_EQ(handler_.requests().at(0).body, "hello");
  EXPECT_EQ(handler_.requests().at(1).body, "");
}

TEST_F(BodyTakingServer, EndsTheConnectionAfterABody) {
  start({.body_bytes_max = 8});

  EXPECT_EQ(post("Content-Length: 1\r\n\r\nx").headers.find("Connection"), "close");
}

TEST_F(BodyTakingServer, RefusesABodyItCannotTake) {
  start({.body_bytes_max = 8, .head_timeout = std::chrono::milliseconds(20)});

  EXPECT_THAT(post("Content-Length: 9\r\n\r\n123456789").body, HasSubstr("more than 8 bytes"));
  EXPECT_THAT(post("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body,
              HasSubstr("needs a Content-Length"));
  EXPECT_THAT(post("Content-Length: 2\r\n\r\n1").body, HasSubstr("did not come in time"));
  EXPECT_TRUE(handler_.requests().empty());
}

TEST_F(BodyTakingServer, LeavesTheBodyUnreadUnlessAskedTo) {
  start();

  EXPECT_EQ(post("Content-Length: 5\r\n\r\nhello").status, 200);

  EXPECT_EQ(handler_.requests().at(0).body, "");
}

}  // namespace
}  // namespace larder::http
