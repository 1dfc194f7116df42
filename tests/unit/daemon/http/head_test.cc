// The strict parsers of request and response heads: what is ambiguous is refused.
#include "daemon/http/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::string with_fields(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(FindHeadEnd, IsOnePastTheEmptyLine) {
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\n\r\nrest"), 18U);
  EXPECT_EQ(find_head_end("a\r\nb\r\n\r\n"), 8U);
}

TEST(FindHeadEnd, IsNothingWhileTheHeadHasNotEnded) {
  EXPECT_EQ(find_head_end(""), std::nullopt);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1"), std::nullopt);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\n"), std::nullopt);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\n\r"), std::nullopt);
  EXPECT_EQ(find_head_end("a\nb\n"), std::nullopt);
}

TEST(FindHeadEnd, SeesTheEndThatALenientReaderWouldSee) {
  EXPECT_EQ(find_head_end("a\n\nGET"), 3U);
  EXPECT_EQ(find_head_end("a\n\r\nGET"), 4U);
  EXPECT_EQ(find_head_end("a\r\n\nGET"), 4U);
}

TEST(ParseRequestHead, KeepsMethodTargetAndFieldsAsSent) {
  const auto head = parse_request_head(
      "GET /v2/a/manifests/b?ns=docker.io&x=%2F HTTP/1.1\r\nHost: a:5050\r\n"
      "X-Odd:\t %0d%0aX: y \t\r\nx-odd: \xe4\r\nEmpty:\r\n\r\n");

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "/v2/a/manifests/b?ns=docker.io&x=%2F");
  EXPECT_THAT(head->headers.fields(),
              ElementsAre(Pair("Host", "a:5050"), Pair("X-Odd", "%0d%0aX: y"),
                          Pair("x-odd", "\xe4"), Pair("Empty", "")));
  EXPECT_FALSE(head->http_1_0);
  EXPECT_FALSE(head->announces_body);
  EXPECT_TRUE(head->keep_alive);
}

TEST(ParseRequestHead, AcceptsAnyMethodAndLeavesTheChoiceToTheHandler) {
  EXPECT_EQ(parse_request_head("M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n")->method, "M-SEARCH");
}

TEST(ParseRequestHead, KnowsWhetherABodyFollows) {
  EXPECT_TRUE(parse_request_head(with_fields("Content-Length: 1\r\n"))->announces_body);
  EXPECT_FALSE(parse_request_head(with_fields("Content-Length: 0\r\n"))->announces_body);
  EXPECT_TRUE(parse_request_head(with_fields("Transfer-Encoding: chunked\r\n"))->announces_body);
  EXPECT_TRUE(parse_request_head(with_fields("Transfer-Encoding: x\r\n"))->announces_body);
}

TEST(ParseRequestHead, KnowsWhetherTheConnectionStays) {
  EXPECT_FALSE(parse_request_head(with_fields("Connection: close\r\n"))->keep_alive);
  EXPECT_FALSE(parse_request_head(with_fields("Connection: x , CLOSE\r\n"))->keep_alive);
  EXPECT_TRUE(parse_request_head(with_fields("Connection: closed\r\n"))->keep_alive);
  EXPECT_FALSE(parse_request_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse_request_head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")->keep_alive);
}

TEST(ParseRequestHead, NeedsNoHostInHttp10) {
  const auto head = parse_request_head("GET / HTTP/1.0\r\n\r\n");

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_TRUE(head->http_1_0);
}

class BadRequestHeads : public ::testing::TestWithParam<std::string> {};

TEST_P(BadRequestHeads, AreInvalid) {
  const auto head = parse_request_head(GetParam());

  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    RequestLine, BadRequestHeads,
    ::testing::Values(
        "", "\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n",
        "GET HTTP/1.1\r\nHost: a\r\n\r\n", "/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "G:T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET / http/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));

INSTANTIATE_TEST_SUITE_P(Fields, BadRequestHeads,
                         ::testing::Values(with_fields("A: b\n"), with_fields("A: b\rC: d\r\n"),
                                           with_fields("A\r\n"), with_fields(" A: b\r\n"),
                                           with_fields("A: b\r\n c\r\n"),
                                           with_fields("A: b\r\n\tc\r\n"), with_fields("A : b\r\n"),
                                           with_fields("A\t: b\r\n"), with_fields(": b\r\n"),
                                           with_fields("A B: c\r\n"), with_fields("A\"B: c\r\n"),
                                           with_fields("\xe4: c\r\n"), with_fields("A: \x01\r\n"),
                                           with_fields("A: \x7f\r\n"),
                                           with_fields(std::string("A: b\0c\r\n", 8))));

INSTANTIATE_TEST_SUITE_P(
    Framing, BadRequestHeads,
    ::testing::Values(with_fields("Content-Length: 1\r\nContent-Length: 2\r\n"),
                      with_fields("Content-Length: 1\r\nContent-Length: 1\r\n"),
                      with_fields("Content-Length: 1, 1\r\n"),
                      with_fields("Content-Length: +1\r\n"), with_fields("Content-Length: -1\r\n"),
                      with_fields("Content-Length: 0x1\r\n"),
                      with_fields("Content-Length: 1 1\r\n"), with_fields("Content-Length:\r\n"),
                      with_fields("Content-Length: 18446744073709551616\r\n"),
                      with_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
                      with_fields("Transfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n"),
                      "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));

INSTANTIATE_TEST_SUITE_P(
    Host, BadRequestHeads,
    ::testing::Values("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                      "GET / HTTP/1.0\r\nHost:\r\n\r\n", with_fields("Host: a\r\n"),
                      with_fields("host: b\r\n"), "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: []\r\n\r\n"));

TEST(RequestHead, TakesHostsWithAndWithoutPorts) {
  for (const std::string host : {"a", "a.b-c_d~e", "a:", "a:5050", "[::1]", "[fd00::1]:443"}) {
    EXPECT_TRUE(parse_request_head("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").ok()) << host;
  }
}

TEST(ParseResponseHead, TellsStatusFieldsAndFraming) {
  const auto head = parse_response_head(
      "HTTP/1.1 206 Partial Content\r\nContent-Length: 18446744073709551615\r\nA: b\r\n\r\n");

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->content_length, 18446744073709551615U);
  EXPECT_EQ(head->headers.find("a"), "b");
  EXPECT_FALSE(head->chunked);
  EXPECT_TRUE(head->keep_alive);
}

TEST(ParseResponseHead, ToleratesAMissingReason) {
  EXPECT_EQ(parse_response_head("HTTP/1.1 200\r\n\r\n")->status, 200);
  EXPECT_EQ(parse_response_head("HTTP/1.1 404 \r\n\r\n")->status, 404);
}

TEST(ParseResponseHead, KnowsChunkedAndClose) {
  const auto chunked = parse_response_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n");
  const auto close = parse_response_head("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");

  EXPECT_TRUE(chunked->chunked);
  EXPECT_EQ(chunked->content_length, std::nullopt);
  EXPECT_FALSE(close->keep_alive);
  EXPECT_FALSE(parse_response_head("HTTP/1.0 200 OK\r\n\r\n")->keep_alive);
}

class BadResponseHeads : public ::testing::TestWithParam<std::string> {};

TEST_P(BadResponseHeads, AreInvalid) {
  const auto head = parse_response_head(GetParam());

  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Response, BadResponseHeads,
    ::testing::Values("", "\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 \r\n\r\n",
                      "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1 20x OK\r\n\r\n",
                      "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n",
                      "HTTP/1.1  200 OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
                      "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
                      "HTTP/1.1 200 OK\r\n A: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n"));

}  // namespace
}  // namespace larder::http
