#include "daemon/auth/bounded_json.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(BoundedJson, ReadsADocumentWithinItsBounds) {
  const auto document = parse_bounded_json(R"({"a": "b\"]", "c": ["\\", {"d": 1}]})", 64);

  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(string_at(document, "a"), "b\"]");
  EXPECT_FALSE(parse_bounded_json(nested(kJsonDepthMax), 64).is_discarded());
}

TEST(BoundedJson, DoesNotCountBracketsInStrings) {
  const std::string text = "[\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"]";

  EXPECT_TRUE(parse_bounded_json(text, 1000).is_array());
}

TEST(BoundedJson, DiscardsWhatIsTooLargeTooDeepOrNoJson) {
  EXPECT_TRUE(parse_bounded_json("[1234]", 5).is_discarded());
  EXPECT_TRUE(parse_bounded_json(nested(kJsonDepthMax + 1), 64).is_discarded());
  EXPECT_TRUE(parse_bounded_json(std::string(1 << 20, '['), 1 << 20).is_discarded());
  for (const char* text : {"", "{", "}", "nul", "{\"a\":1,}", "[\"\xff\"]", "\"\\", "[1] 2"}) {
    EXPECT_TRUE(parse_bounded_json(text, 64).is_discarded()) << text;
  }
}

TEST(BoundedJson, HasNoStringWhereThereIsNone) {
  const auto document = parse_bounded_json(R"({"number": 1, "null": null})", 64);

  EXPECT_EQ(string_at(document, "number"), "");
  EXPECT_EQ(string_at(document, "null"), "");
  EXPECT_EQ(string_at(document, "missing"), "");
  EXPECT_EQ(string_at(parse_bounded_json("[]", 64), "a"), "");
  EXPECT_EQ(string_at(parse_bounded_json("{", 64), "a"), "");
}

}  // namespace
}  // namespace larder::auth
