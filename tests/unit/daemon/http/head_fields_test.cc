// The parts of head parsing; whole heads are in head_test.cc.
#include "daemon/http/head_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(SplitHead, SeparatesTheFirstLineFromTheFields) {
  const auto lines = split_head("first\r\na: b\r\nc: d\r\n\r\n");

  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(lines->first, "first");
  EXPECT_EQ(lines->fields, "a: b\r\nc: d\r\n");
  EXPECT_EQ(split_head("first\r\n\r\n")->fields, "");
}

TEST(SplitHead, RefusesBytesAfterTheEmptyLine) {
  EXPECT_FALSE(split_head("first\r\n\r\nmore\r\n\r\n").ok());
  EXPECT_FALSE(split_head("first\r\na: b\r\n\r\n\r\n").ok());
}

TEST(ParseFields, TakesNoneOrMany) {
  EXPECT_THAT(parse_fields("")->fields(), IsEmpty());
  EXPECT_THAT(parse_fields("a:b\r\nc: \r\n")->fields(), ElementsAre(Pair("a", "b"), Pair("c", "")));
}

TEST(ParseFraming, TellsLengthOrEncoding) {
  Headers length;
  length.add("content-length", "5");
  Headers encoding;
  encoding.add("transfer-encoding", "chunked");

  EXPECT_EQ(parse_framing(length)->content_length, 5U);
  EXPECT_FALSE(parse_framing(length)->transfer_encoding);
  EXPECT_TRUE(parse_framing(encoding)->transfer_encoding);
  EXPECT_EQ(parse_framing(Headers())->content_length, std::nullopt);
}

TEST(ParseKeepAlive, LetsCloseWin) {
  Headers both;
  both.add("Connection", "keep-alive");
  both.add("Connection", "close");

  EXPECT_FALSE(parse_keep_alive(both, /*http_1_0=*/false));
  EXPECT_TRUE(parse_keep_alive(Headers(), /*http_1_0=*/false));
  EXPECT_FALSE(parse_keep_alive(Headers(), /*http_1_0=*/true));
}

TEST(IsToken, KnowsTheCharactersOfNames) {
  EXPECT_TRUE(is_token("X-Forwarded_For!#$%&'*+.^`|~09"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
  EXPECT_FALSE(is_token("a:b"));
  EXPECT_FALSE(is_token("\xe4"));
}

}  // namespace
}  // namespace larder::http
