// What the client puts on the wire and what it makes of proper answers.
#include "daemon/http/client.h"

#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::respond;
using testing::say;
using testing::say_and_close;
using testing::ScriptedServer;

TEST_F(ClientTest, SendsThisAndNothingElse) {
  ScriptedServer server(respond(200));
  auto asked = request(server.url("/v2/a/manifests/b?x=%2F%2B+~&sig=A%3D"));
  asked.headers.add("Accept", "a/b, c/d");
  asked.headers.add("Range", "bytes=5-");

  ASSERT_TRUE(send(asked).ok());

  EXPECT_EQ(server.requests().front().head,
            "GET /v2/a/manifests/b?x=%2F%2B+~&sig=A%3D HTTP/1.1\r\n"
            "Host: 127.0.0.1:" +
                std::to_string(server.port()) +
                "\r\n"
                "Accept-Encoding: identity\r\n"
                "User-Agent: larder\r\n"
                "Accept: a/b, c/d\r\n"
                "Range: bytes=5-\r\n"
                "\r\n");
}

TEST_F(ClientTest, SendsABodyWithItsLength) {
  std::string body;
  ScriptedServer server([&](testing::ScriptedConnection& connection, const auto& received) {
    body = connection.receive(3);
    respond(200)(connection, received);
  });
  auto asked = request(server.url("/token"));
  asked.method = "POST";
  asked.headers.add("Content-Type", "text/x");
  asked.body = "a=b";

  ASSERT_TRUE(send(asked).ok());

  EXPECT_EQ(body, "a=b");
  EXPECT_NE(server.requests().front().head.find("Content-Length: 3\r\n"), std::string::npos);
}

TEST_F(ClientTest, GivesHeadAndBodyAsTheyCame) {
  ScriptedServer server(respond(206, "hello",
                                {{"Location", "https://h/?a=%2F%0D%0A+"},
                                 {"Content-Encoding", "gzip"},
                                 {"X-Twice", "1"},
                                 {"X-Twice", "2"}}));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.heads(), 1);
  EXPECT_EQ(response_.status(), 206);
  EXPECT_EQ(response_.header("location"), "https://h/?a=%2F%0D%0A+");
  EXPECT_EQ(response_.response().headers.find_all("X-Twice").size(), 2U);
  EXPECT_EQ(response_.response().content_length, 5U);
  EXPECT_EQ(response_.bytes(), "hello");
}

// A body that says it is compressed, and is no valid gzip: decoding would fail or change it.
TEST_F(ClientTest, LeavesContentEncodingAlone) {
  const std::string bytes("\x1f\x8b\x08 not gzip", 12);
  ScriptedServer server(respond(200, bytes, {{"Content-Encoding", "gzip"}}));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), bytes);
}

TEST_F(ClientTest, ReadsALargeBodyInLargePieces) {
  const std::string bytes(3'000'000, 'x');
  ScriptedServer server(respond(200, bytes));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), bytes);
  EXPECT_LE(response_.largest_piece(), 256U * 1024);
}

TEST_F(ClientTest, ReadsAChunkedBody) {
  ScriptedServer server(
      say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: t\r\n\r\n"));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), "hello!");
  EXPECT_FALSE(response_.response().content_length.has_value());
  EXPECT_FALSE(response_.response().headers.find("Trailer").has_value());
}

TEST_F(ClientTest, ReadsABodyThatEndsWithTheConnection) {
  ScriptedServer server(say_and_close("HTTP/1.0 200 OK\r\n\r\nhello"));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), "hello");
  EXPECT_FALSE(response_.response().content_length.has_value());
}

TEST_F(ClientTest, ExpectsNoBodyAfterHead) {
  ScriptedServer server(respond(200, "hello"));
  auto asked = request(server.url("/"));
  asked.method = "HEAD";

  ASSERT_TRUE(send(asked).ok());

  EXPECT_EQ(response_.response().content_length, 5U);
  EXPECT_EQ(response_.bytes(), "");
}

class BodilessStatus : public ClientTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BodilessStatus, IsNotWaitedForABody) {
  ScriptedServer server(say(GetParam()));

  ASSERT_TRUE(get(server).ok());
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), "");
  EXPECT_EQ(server.connections(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Table, BodilessStatus,
                         ::testing::Values("HTTP/1.1 204 No Content\r\n\r\n",
                                           "HTTP/1.1 304 Not Modified\r\n\r\n",
                                           "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
                                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));

TEST_F(ClientTest, GivesErrorResponsesToTheSinkToo) {
  ScriptedServer server(respond(503, "later", {{"Retry-After", "9"}}));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.status(), 503);
  EXPECT_EQ(response_.bytes(), "later");
}

TEST_F(ClientTest, FollowsNoRedirect) {
  ScriptedServer server(respond(307, "", {{"Location", "/elsewhere"}}));

  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(response_.status(), 307);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientTest, EndsWellWhenTheSinkWantsNoBody) {
  ScriptedServer server(respond(200, std::string(5'000'000, 'x')));
  response_.wants_body = false;

  EXPECT_TRUE(get(server).ok());

  EXPECT_EQ(response_.bytes(), "");
}

TEST_F(ClientTest, EndsWithCancelledWhenTheSinkHasEnough) {
  ScriptedServer server(respond(200, std::string(5'000'000, 'x')));
  response_.body_bytes_wanted = 10;

  EXPECT_EQ(get(server).error().code, Errc::cancelled);
}

TEST_F(ClientTest, BuffersAShortAnswer) {
  ScriptedServer server(respond(200, "hello"));

  const auto answer = send_buffered(client(), request(server.url("/")), 5, {});

  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(answer->body, "hello");
}

TEST_F(ClientTest, BuffersNoMoreThanToldWhetherTheLengthIsAnnouncedOrNot) {
  ScriptedServer server(respond(200, "hello"));
  server.next(respond(200, "hello"));
  server.next(say_and_close("HTTP/1.1 200 OK\r\n\r\nhello"));

  for (int i = 0; i < 2; ++i) {
    const auto answer = send_buffered(client(), request(server.url("/")), 4, {});

    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, Errc::upstream_down);
    EXPECT_NE(answer.error().context.find("larger than 4 bytes"), std::string::npos);
  }
}

class BadCaFiles : public ::testing::TestWithParam<const char*> {};

TEST_P(BadCaFiles, AreNamedWhenTheClientIsMade) {
  ClientOptions options;
  options.ca_file = GetParam();

  const auto client = Client::create(options);

  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code, Errc::invalid);
  EXPECT_NE(client.error().context.find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, BadCaFiles,
                         ::testing::Values("/nonexistent/ca.pem", "/proc/self/status"));

}  // namespace
}  // namespace larder::http
