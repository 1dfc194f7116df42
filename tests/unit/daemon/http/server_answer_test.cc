// What exactly an answer looks like on the wire: nothing missing, doubled or wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "daemon/http/ascii.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using testing::get;
using testing::get_request;
using ::testing::IsEmpty;
using testing::read_head_response;
using testing::read_response;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names(const Headers& headers) {
  std::vector<std::string> found;
  for (const auto& [name, value] : headers.fields()) found.push_back(to_lower(name));
  return found;
}

class AnswerTest : public ServerTest {
 protected:
  // Answers every request with this status, these fields and this body.
  void respond_with(int status, std::vector<std::pair<std::string, std::string>> fields,
                    std::string body) {
    handler_.respond = [=](const Request&) {
      Response response;
      response.status = status;
      for (const auto& [name, value] : fields) response.headers.add(name, value);
      response.body = body;
      return response;
    };
  }
};

TEST_F(AnswerTest, HasTheHandlersFieldsAndOursOnce) {
  start();
  respond_with(200, {{"Content-Type", "application/json"}, {"ETag", "\"x\""}}, "{}");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.find("Content-Length"), "2");
  EXPECT_THAT(names(response.headers),
              UnorderedElementsAre("content-type", "etag", "content-length", "date"));
  EXPECT_EQ(response.body, "{}");
}

TEST_F(AnswerTest, KeepsRepeatedFields) {
  start();
  respond_with(401, {{"WWW-Authenticate", "Bearer a"}, {"WWW-Authenticate", "Basic b"}}, "");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_THAT(response.headers.find_all("WWW-Authenticate"),
              ::testing::ElementsAre("Bearer a", "Basic b"));
}

TEST_F(AnswerTest, IgnoresFieldsThatAreTheServersToSet) {
  start();
  respond_with(200,
               {{"Content-Length", "99"},
                {"date", "never"},
                {"Connection", "close"},
                {"Transfer-Encoding", "chunked"},
                {"Keep-Alive", "x"}},
               "body");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_THAT(names(response.headers), UnorderedElementsAre("content-length", "date"));
  EXPECT_EQ(response.headers.find("Content-Length"), "4");
  EXPECT_NE(response.headers.find("Date"), "never");
  EXPECT_EQ(get(peer, "/").body, "body");
}

TEST_F(AnswerTest, DropsAFieldThatWouldEndItsLine) {
  start();
  respond_with(200, {{"A", "b\r\nInjected: yes"}, {"B\r\nInjected", "yes"}, {"C", "b\nd"}}, "");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_THAT(names(response.headers), UnorderedElementsAre("content-length", "date"));
}

TEST_F(AnswerTest, WritesPercentEncodedLineEndsAsTheyAre) {
  start();
  handler_.respond = [](const Request& request) {
    Response response;
    response.headers.add("Echo", std::string(*request.headers.find("X")));
    return response;
  };
  auto peer = client();

  peer.send(get_request("/", "X: a%0d%0aInjected: yes\r\n"));

  EXPECT_EQ(read_response(peer).headers.find("Echo"), "a%0d%0aInjected: yes");
}

TEST_F(AnswerTest, WithoutABodyHasLengthZero) {
  start();
  respond_with(200, {}, "");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_THAT(names(response.headers), UnorderedElementsAre("content-length", "date"));
  EXPECT_EQ(response.headers.find("Content-Length"), "0");
  EXPECT_EQ(get(peer, "/").status, 200);
}

TEST_F(AnswerTest, ToHeadHasTheLengthAndNoBody) {
  start();
  respond_with(200, {{"Content-Type", "text/plain"}}, "hello");
  auto peer = client();

  peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/"));

  const auto response = read_head_response(peer);
  EXPECT_EQ(response.headers.find("Content-Length"), "5");
  EXPECT_THAT(names(response.headers),
              UnorderedElementsAre("content-length", "content-type", "date"));
  EXPECT_EQ(read_response(peer).body, "hello");
  EXPECT_EQ(handler_.wait_for_exchange()->body_bytes_sent, 0U);
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
}

TEST_F(AnswerTest, ToHeadMayNameALengthWithoutABody) {
  start();
  handler_.respond = [](const Request&) {
    auto response = response_of(200);
    response.content_length = 12345678901;
    return response;
  };
  auto peer = client();

  peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(read_head_response(peer).headers.find("Content-Length"), "12345678901");
}

TEST_F(AnswerTest, NotModifiedHasNeitherBodyNorLength) {
  start();
  respond_with(304, {{"ETag", "\"x\""}}, "must not be sent");
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.status, 304);
  EXPECT_THAT(names(response.headers), UnorderedElementsAre("etag", "date"));
  EXPECT_EQ(get(peer, "/").status, 304);
}

TEST_F(AnswerTest, PassesPartialContentThrough) {
  start();
  respond_with(206, {{"Content-Range", "bytes 1-3/10"}}, "bcd");
  auto peer = client();

  peer.send(get_request("/", "Range: bytes=1-3\r\n"));
  const auto response = read_response(peer);

  EXPECT_EQ(response.status, 206);
  EXPECT_THAT(names(response.headers),
              UnorderedElementsAre("content-range", "content-length", "date"));
  EXPECT_EQ(response.body, "bcd");
}

TEST_F(AnswerTest, PassesUnsatisfiableThrough) {
  start();
  respond_with(416, {{"Content-Range", "bytes */10"}}, "");
  auto peer = client();

  peer.send(get_request("/", "Range: bytes=99-\r\n"));
  const auto response = read_response(peer);

  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(response.headers.find("Content-Range"), "bytes */10");
  EXPECT_EQ(response.headers.find("Content-Length"), "0");
}

TEST_F(AnswerTest, NeverInterpretsARangeByItself) {
  start();
  respond_with(200, {}, "0123456789");
  auto peer = client();

  peer.send(get_request("/", "Range: bytes=1-2\r\n") + get_request("/", "Range: bytes=x\r\n"));

  EXPECT_EQ(read_response(peer).body, "0123456789");
  EXPECT_EQ(read_response(peer).body, "0123456789");
}

TEST_F(AnswerTest, NeverCompresses) {
  start();
  respond_with(200, {{"Content-Type", "application/json"}}, std::string(5000, 'a'));
  auto peer = client();

  peer.send(get_request("/", "Accept-Encoding: gzip, br\r\n"));
  const auto response = read_response(peer);

  EXPECT_EQ(response.headers.find("Content-Encoding"), std::nullopt);
  EXPECT_EQ(response.body, std::string(5000, 'a'));
}

TEST_F(AnswerTest, NotFoundKeepsTheConnection) {
  start();
  respond_with(404, {}, "no");
  auto peer = client();

  EXPECT_EQ(get(peer, "/").status, 404);
  EXPECT_EQ(get(peer, "/").status, 404);

  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(AnswerTest, IsAFixedTextWhenTheHandlerThrows) {
  start();
  handler_.respond = [](const Request&) -> Response {
    throw std::runtime_error("/var/lib/larder: secret");
  };
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body,
            "{\"errors\":[{\"code\":\"UNKNOWN\",\"message\":\"internal error\"}]}\n");
  EXPECT_THAT(names(response.headers),
              UnorderedElementsAre("content-type", "content-length", "date"));
  EXPECT_EQ(handler_.wait_for_exchange()->status, 500);
  EXPECT_EQ(handler_.wait_for_exchange()->failure, "/var/lib/larder: secret");
  EXPECT_EQ(handler_.finished_count(), 1U);
}

TEST_F(AnswerTest, IsA500ForAStatusThatIsNone) {
  start();
  respond_with(0, {}, "");
  auto peer = client();

  EXPECT_EQ(get(peer, "/").status, 500);
}

TEST_F(AnswerTest, OfAMegabyteInMemoryArrivesWhole) {
  start();
  const std::string body = std::string(500'000, 'a') + std::string(500'000, 'b');
  respond_with(200, {}, body);
  auto peer = client();

  EXPECT_TRUE(get(peer, "/").body == body);
}

}  // namespace
}  // namespace larder::http
