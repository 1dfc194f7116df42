#include "daemon/http/chunked.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

namespace larder::http {
namespace {

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool ended = false;
  bool failed = false;
};

// Decodes `body` in pieces of `step` bytes.
Decoded decode(std::string_view body, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded decoded;
  while (decoded.consumed < body.size() && !decoder.ended()) {
    const auto piece = decoder.take(std::as_bytes(std::span(body.substr(decoded.consumed, step))));
    if (!piece) {
      decoded.failed = true;
      return decoded;
    }
    decoded.payload.append(reinterpret_cast<const char*>(piece->payload.data()),
                           piece->payload.size());
    decoded.consumed += piece->consumed;
  }
  decoded.ended = decoder.ended();
  return decoded;
}

struct GoodBody {
  const char* body;
  const char* payload;
};

class GoodChunkedBodies : public ::testing::TestWithParam<GoodBody> {};

TEST_P(GoodChunkedBodies, DecodeWholeAndByteByByte) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    const auto decoded = decode(GetParam().body, step);

    EXPECT_FALSE(decoded.failed);
    EXPECT_TRUE(decoded.ended);
    EXPECT_EQ(decoded.payload, GetParam().payload);
    EXPECT_EQ(decoded.consumed, std::string_view(GetParam().body).size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodChunkedBodies,
    ::testing::Values(GoodBody{"0\r\n\r\n", ""}, GoodBody{"3\r\nabc\r\n0\r\n\r\n", "abc"},
                      GoodBody{"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"},
                      GoodBody{"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
                      GoodBody{"A\r\n0123456789\r\n00\r\n\r\n", "0123456789"},
                      GoodBody{"3;name=value\r\nabc\r\n0;x\r\n\r\n", "abc"},
                      GoodBody{"3\r\n\r\n\r\r\n0\r\n\r\n", "\r\n\r"},
                      GoodBody{"3\r\nabc\r\n0\r\nDigest: x\r\nMore: y\r\n\r\n", "abc"}));

class BadChunkedBodies : public ::testing::TestWithParam<const char*> {};

TEST_P(BadChunkedBodies, AreRefused) {
  EXPECT_TRUE(decode(GetParam(), 1).failed);
  EXPECT_TRUE(decode(GetParam(), 1000).failed);
}

INSTANTIATE_TEST_SUITE_P(Table, BadChunkedBodies,
                         ::testing::Values("\r\n", "x\r\n", "-3\r\nabc\r\n", "+3\r\nabc\r\n",
                                           "0x3\r\nabc\r\n", " 3\r\nabc\r\n", "3 \r\nabc\r\n",
                                           "3\nabc\r\n", "3\r\nabcX\r\n", "3\r\nabc\nX",
                                           "3\r\nabc\r\n\r\n", "1000000000000000\r\n",
                                           "3;a\x01\r\nabc\r\n", "0\r\n\rX", "0\r\n\n",
                                           "0\r\nTrailer: a\nX"));

TEST(ChunkedDecoder, IsNotEndedByATruncatedBody) {
  const std::string body = "3\r\nabc\r\n0\r\nA: b\r\n\r\n";

  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(decode(body.substr(0, size), 1000).ended) << size;
  }
}

TEST(ChunkedDecoder, LeavesWhatFollowsTheBody) {
  const auto decoded = decode("1\r\na\r\n0\r\n\r\nHTTP/1.1 200", 1000);

  EXPECT_TRUE(decoded.ended);
  EXPECT_EQ(decoded.consumed, 11U);
}

TEST(ChunkedDecoder, BoundsExtensionsAndTrailers) {
  const std::string flood(100'000, 'a');

  EXPECT_TRUE(decode("3;" + flood, 1000).failed);
  EXPECT_TRUE(decode("0\r\n" + flood, 1000).failed);
}

}  // namespace
}  // namespace larder::http
