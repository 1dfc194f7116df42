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

class ReceiveBody : public ::testing::Test {
 protected:
  Result<std::string> receive(std::optional<std::uint64_t> content_length) {
    return receive_body(pair_.connection(), head_of(content_length),
                        {.bytes_max = 8, .timeout = std::chrono::milliseconds(20)});
  }

  SocketPair pair_;
};

TEST_F(ReceiveBody, TakesWhatIsThereAndWaitsForTheRest) {
  pair_.send("12345678next");

  EXPECT_EQ(*receive(3), "123");
  EXPECT_EQ(*receive(5), "45678");
}

TEST_F(ReceiveBody, RefusesWhatIsNotCountedOrTooLarge) {
  EXPECT_EQ(receive(std::nullopt).error().code, Errc::invalid);
  EXPECT_EQ(receive(9).error().code, Errc::invalid);
}

TEST_F(ReceiveBody, EndsAtItsDeadline) {
  pair_.send("1");

  EXPECT_EQ(receive(2).error().code, Errc::timeout);
}

TEST_F(ReceiveBody, EndsWhenThePeerIsGone) {
  pair_.send("1");
  pair_.close_peer();

  EXPECT_EQ(receive(2).error().code, Errc::cancelled);
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
