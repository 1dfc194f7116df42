// The library between an answer and its connection; more of it is in server_answer_test.cc.
#include "daemon/http/httplib_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/http/server_fixture.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

RequestHead head_of(std::string method) {
  RequestHead head;
  head.method = std::move(method);
  head.target = "/v2/";
  return head;
}

class HttplibServerTest : public ::testing::Test {
 protected:
  HttplibServer::Outcome answer(bool close) {
    return server_.answer(pair_.connection(), head_of("GET"), /*body=*/"", MonoTime(), close);
  }

  std::atomic<bool> draining_ = false;
  SocketPair pair_;
  LambdaHandler handler_;
  HttplibServer server_{handler_, "node", draining_};
};

TEST_F(HttplibServerTest, WritesAnAnswerByteForByte) {
  handler_.respond = [](const Request&) { return response_of(200, "body"); };

  EXPECT_EQ(answer(/*close=*/false), HttplibServer::Outcome::keep);

  EXPECT_THAT(pair_.receive(), MatchesRegex("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"
                                            "Date: ..., .. ... .... ..:..:.. GMT\r\n\r\nbody"));
}

TEST_F(HttplibServerTest, SaysWhenTheConnectionEnds) {
  EXPECT_EQ(answer(/*close=*/true), HttplibServer::Outcome::close);

  EXPECT_THAT(pair_.receive(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(HttplibServerTest, SaysThatTheConnectionEndsWhenADrainBeganMeanwhile) {
  handler_.respond = [this](const Request&) {
    draining_ = true;
    return response_of(200);
  };

  EXPECT_EQ(answer(/*close=*/false), HttplibServer::Outcome::close);

  EXPECT_THAT(pair_.receive(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(HttplibServerTest, AnswersOneAfterTheOther) {
  EXPECT_EQ(answer(/*close=*/false), HttplibServer::Outcome::keep);
  EXPECT_EQ(answer(/*close=*/true), HttplibServer::Outcome::close);
  EXPECT_EQ(answer(/*close=*/false), HttplibServer::Outcome::keep);

  EXPECT_EQ(handler_.finished_count(), 3U);
}

TEST_F(HttplibServerTest, CutsWhenThePeerIsGone) {
  pair_.close_peer();

  EXPECT_EQ(answer(/*close=*/false), HttplibServer::Outcome::cut);

  EXPECT_EQ(handler_.finished_count(), 1U);
}

}  // namespace
}  // namespace larder::http
