#include "daemon/http/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/http/head.h"

namespace larder::http {
namespace {

using ::testing::HasSubstr;

class Refusals : public ::testing::TestWithParam<std::pair<Refusal, int>> {};

TEST_P(Refusals, AreValidAnswersThatEndTheConnection) {
  const auto bytes = refusal_bytes(GetParam().first);
  const auto end = find_head_end(bytes);
  ASSERT_TRUE(end.has_value());

  const auto head = parse_response_head(std::string_view(bytes).substr(0, *end));

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_EQ(head->status, GetParam().second);
  EXPECT_FALSE(head->keep_alive);
  EXPECT_EQ(head->content_length, bytes.size() - *end);
  EXPECT_THAT(bytes.substr(*end), HasSubstr("{\"errors\":[{\"code\":\""));
}

INSTANTIATE_TEST_SUITE_P(Refusal, Refusals,
                         ::testing::Values(std::pair(Refusal::malformed_head, 400),
                                           std::pair(Refusal::head_too_large, 431),
                                           std::pair(Refusal::malformed_body, 400),
                                           std::pair(Refusal::failed, 500),
                                           std::pair(Refusal::overloaded, 503),
                                           std::pair(Refusal::source_overloaded, 503),
                                           std::pair(Refusal::body_unavailable, 503)));

TEST(Refusal, OnlyA503SaysWhenToRetry) {
  EXPECT_THAT(refusal_bytes(Refusal::overloaded), HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_THAT(refusal_bytes(Refusal::malformed_head), ::testing::Not(HasSubstr("Retry-After")));
}

TEST(Refusal, NamesTheDetail) {
  EXPECT_THAT(refusal_bytes(Refusal::malformed_head, "bare CR or LF"),
              HasSubstr("\"message\":\"malformed request: bare CR or LF\""));
}

TEST(Refusal, TextIsSafeInJson) {
  EXPECT_EQ(oci_error_json("A", "say \"x\\y\"\r\n\x7f"),
            "{\"errors\":[{\"code\":\"A\",\"message\":\"say \\\"x\\\\y\\\"   \"}]}\n");
}

}  // namespace
}  // namespace larder::http
