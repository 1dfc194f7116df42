// How requests reach the handler and connections are kept: looked at from the wire.
#include "daemon/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using ::testing::Each;
using testing::get;
using testing::get_request;
using ::testing::IsEmpty;
using testing::RawClient;
using testing::read_response;
using ::testing::SizeIs;

TEST_F(ServerTest, ServesRequestAfterRequestOnOneConnection) {
  start();
  respond_with("hello");
  auto peer = client();

  EXPECT_EQ(get(peer, "/a").body, "hello");
  EXPECT_EQ(get(peer, "/b").body, "hello");
  EXPECT_EQ(get(peer, "/c").body, "hello");

  EXPECT_THAT(handler_.requests(), SizeIs(3));
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  handler_.respond = [](const Request& request) { return response_of(200, request.target); };
  auto peer = client();

  peer.send(get_request("/1") + get_request("/2") + get_request("/3"));

  EXPECT_EQ(read_response(peer).body, "/1");
  EXPECT_EQ(read_response(peer).body, "/2");
  EXPECT_EQ(read_response(peer).body, "/3");
}

TEST_F(ServerTest, TakesAHeadInPieces) {
  start();
  respond_with("hello");
  auto peer = client();

  EXPECT_EQ(peer.drip(get_request("/")), get_request("/").size());

  EXPECT_EQ(read_response(peer).body, "hello");
}

TEST_F(ServerTest, GivesTheHandlerTheRequestAsSent) {
  start({.name = "endpoint"});
  auto peer = client();

  peer.send(get_request("/v2/a%2fb?x=%20&y", "Range: bytes=0-1,5-\r\nX: %0d%0aInjected: yes\r\n"));
  read_response(peer);

  const auto request = handler_.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/v2/a%2fb?x=%20&y");
  EXPECT_EQ(request.headers.find("range"), "bytes=0-1,5-");
  EXPECT_EQ(request.headers.find("x"), "%0d%0aInjected: yes");
  EXPECT_THAT(request.headers.fields(), SizeIs(3));
  EXPECT_TRUE(request.peer.starts_with("127.0.0.1:"));
  EXPECT_EQ(request.listener, "endpoint");
}

TEST_F(ServerTest, TakesAPathOf400Characters) {
  start();
  const std::string path = "/v2/" + std::string(400, 'a') + "/blobs/x";
  auto peer = client();

  EXPECT_EQ(get(peer, path).status, 200);

  EXPECT_EQ(handler_.requests().at(0).target, path);
}

TEST_F(ServerTest, LeavesMethodsToTheHandler) {
  start();
  handler_.respond = [](const Request&) { return response_of(405); };
  auto peer = client();

  peer.send("MKCOL / HTTP/1.1\r\nHost: a\r\n\r\nDELETE / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(read_response(peer).status, 405);
  EXPECT_EQ(read_response(peer).status, 405);
  EXPECT_EQ(handler_.requests().at(0).method, "MKCOL");
  EXPECT_EQ(handler_.requests().at(1).method, "DELETE");
}

TEST_F(ServerTest, ClosesWhenTheClientAsksForIt) {
  start();
  respond_with("hello");
  auto peer = client();

  peer.send(get_request("/", "Connection: close\r\n"));

  const auto response = read_response(peer);
  EXPECT_EQ(response.headers.find("Connection"), "close");
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
}

TEST_F(ServerTest, ClosesAfterHttp10) {
  start();
  respond_with("hello");
  auto peer = client();

  peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  EXPECT_EQ(read_response(peer).headers.find("Connection"), "close");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
  start();
  respond_with("hello");
  auto peer = client();

  peer.send(get_request("/"));
  peer.finish_sending();

  EXPECT_EQ(read_response(peer).body, "hello");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_FALSE(peer.was_reset());
}

TEST_F(ServerTest, ServesMoreConnectionsThanItHasThreads) {
  start({}, /*threads=*/2);
  respond_with("hello");
  std::vector<RawClient> peers;
  for (int i = 0; i < 32; ++i) peers.push_back(client());

  std::vector<std::string> bodies;
  for (auto& peer : peers) bodies.push_back(get(peer, "/").body);
  for (auto& peer : peers) bodies.push_back(get(peer, "/").body);

  EXPECT_THAT(bodies, SizeIs(64));
  EXPECT_THAT(bodies, Each("hello"));
  EXPECT_EQ(server_->connections(), 32U);
}

TEST_F(ServerTest, ServesManyClientsAtOnceThroughFewThreads) {
  start({}, /*threads=*/2);
  respond_with("hello");
  std::vector<RawClient> peers;
  for (int i = 0; i < 32; ++i) peers.push_back(client());

  for (auto& peer : peers) peer.send(get_request("/1") + get_request("/2"));

  std::vector<std::string> bodies;
  for (auto& peer : peers) bodies.push_back(read_response(peer).body + read_response(peer).body);
  EXPECT_THAT(bodies, Each("hellohello"));
}

TEST_F(ServerTest, ListensOnAUnixSocket) {
  const testing::TempDirectory directory;
  const auto address = "unix:" + (directory.path() / "socket").string();
  start({.address = address});
  auto peer = client();

  EXPECT_EQ(get(peer, "/").status, 200);

  EXPECT_EQ(server_->address(), address);
  EXPECT_EQ(handler_.requests().at(0).peer, "unix");
}

TEST_F(ServerTest, TellsWhyItCannotListen) {
  start();

  const auto taken = Server::start({.address = server_->address()}, *pool_, handler_);
  const auto nonsense = Server::start({.address = "nonsense"}, *pool_, handler_);

  EXPECT_EQ(taken.error().code, Errc::busy);
  EXPECT_EQ(nonsense.error().code, Errc::invalid);
  EXPECT_NE(nonsense.error().context.find("listener node"), std::string::npos);
}

TEST_F(ServerTest, CountsTheConnectionsThatExist) {
  start();
  EXPECT_EQ(server_->connections(), 0U);

  auto peer = client();
  get(peer, "/");
  EXPECT_EQ(server_->connections(), 1U);

  peer.send(get_request("/", "Connection: close\r\n"));
  peer.read_to_end();
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ServerTest, TellsTheHandlerHowTheExchangeWent) {
  start();
  handler_.respond = [](const Request&) {
    Response response;
    response.status = 404;
    response.headers.add("Cache-Status", "larder; fwd=miss");
    response.body = "not here";
    return response;
  };
  auto peer = client();

  get(peer, "/");

  const auto exchange = handler_.wait_for_exchange();
  ASSERT_TRUE(exchange.has_value());
  EXPECT_EQ(exchange->status, 404);
  EXPECT_EQ(exchange->body_bytes_sent, 8U);
  EXPECT_TRUE(exchange->complete);
  EXPECT_EQ(exchange->cache_status, "larder; fwd=miss");
  EXPECT_EQ(exchange->failure, "");
  EXPECT_GT(exchange->first_byte.count(), 0);
  EXPECT_GE(exchange->total, exchange->first_byte);
}

}  // namespace
}  // namespace larder::http
