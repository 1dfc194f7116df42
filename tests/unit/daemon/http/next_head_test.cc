#include "daemon/http/next_head.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

class NextHeadTest : public ::testing::Test {
 protected:
  NextHead take_after(std::string_view bytes) {
    pair_.send(bytes);
    pair_.connection().receive(kHeadBytesMax);
    return take_head(pair_.connection(), kHeadBytesMax);
  }

  static constexpr std::size_t kHeadBytesMax = 64;
  SocketPair pair_;
};

TEST_F(NextHeadTest, IsNoneWhileItIsIncomplete) {
  EXPECT_TRUE(std::holds_alternative<NoHeadYet>(take_head(pair_.connection(), kHeadBytesMax)));
  EXPECT_TRUE(std::holds_alternative<NoHeadYet>(take_after("GET / HTTP/1.1\r\n")));

  EXPECT_TRUE(std::holds_alternative<RequestHead>(take_after("Host: a\r\n\r\n")));
}

TEST_F(NextHeadTest, LeavesWhatFollowsTheHead) {
  const auto head = take_after("GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n");

  EXPECT_EQ(std::get<RequestHead>(head).target, "/1");
  EXPECT_EQ(pair_.connection().received(), "GET /2 HTTP/1.0\r\n\r\n");
}

TEST_F(NextHeadTest, IsRefusedWhenMalformed) {
  const auto head = take_after("nonsense\r\n\r\n");

  EXPECT_EQ(std::get<RefusedHead>(head).refusal, Refusal::malformed_head);
  EXPECT_EQ(std::get<RefusedHead>(head).detail, "malformed request line");
}

TEST_F(NextHeadTest, IsRefusedWhenItDoesNotEndInTime) {
  const auto head = take_after("GET /" + std::string(kHeadBytesMax, 'a'));

  EXPECT_EQ(std::get<RefusedHead>(head).refusal, Refusal::head_too_large);
}

}  // namespace
}  // namespace larder::http
