#include "daemon/auth/tokens/strict_json.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace larder::tokens {
namespace {

constexpr std::size_t kAmple = 64 * 1024;

nlohmann::json object_of(const std::string& text) {
  auto parsed = parse_strict_object(text, kAmple);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : nlohmann::json::object();
}

TEST(StrictJson, TakesObjects) {
  for (const std::string text :
       {R"({})", R"( {"a":1} )", R"({"a":{"b":[{"b":1},{"b":2}]},"b":null})"}) {
    EXPECT_TRUE(parse_strict_object(text, kAmple).ok()) << text;
  }
}

TEST(StrictJson, RefusesWhatIsNoObjectOrMoreThanOne) {
  const std::vector<std::string> table = {"",
                                          "1",
                                          "null",
                                          "[]",
                                          "\"{}\"",
                                          "{",
                                          "{}{}",
                                          "{} x",
                                          "{'a':1}",
                                          R"({"a":1,})",
                                          "{a:1}",
                                          R"({"a":NaN})",
                                          "\xef\xbb\xbf[]",
                                          "{\"a\":\"\xff\"}",
                                          std::string("{}\0", 3),
                                          std::string("{\"a\":\"\0\"}", 9),
                                          R"({"a":/**/1})"};
  for (const auto& text : table) EXPECT_FALSE(parse_strict_object(text, kAmple).ok()) << text;
}

TEST(StrictJson, RefusesANameGivenTwiceAtAnyDepth) {
  for (const std::string text : {R"({"a":1,"a":1})", R"({"a":1,"b":{"c":1,"c":2}})",
                                 R"({"a":[{"b":1,"b":1}]})", R"({"a":1,"\u0061":2})"}) {
    EXPECT_EQ(parse_strict_object(text, kAmple).error().context, "JSON with a name given twice");
  }
}

TEST(StrictJson, RefusesWhatIsTooDeepOrTooLarge) {
  const std::string deep = "{\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  const std::string at_limit = R"({"a":[[[[[[[1]]]]]]]})";
  const std::string beyond = R"({"a":[[[[[[[[1]]]]]]]]})";

  EXPECT_EQ(parse_strict_object(deep, kAmple).error().context, "JSON that is too deep");
  EXPECT_TRUE(parse_strict_object(at_limit, kAmple).ok());
  EXPECT_FALSE(parse_strict_object(beyond, kAmple).ok());
  EXPECT_EQ(parse_strict_object(R"({"a":1})", 6).error().context, "JSON that is too large");
}

TEST(StrictJson, GivesTextWithoutControlCharacters) {
  const auto object =
      object_of(R"({"a":"x","n":1,"nul":"a\u0000b","line":"a\nb","long":"abcdef"})");

  EXPECT_EQ(*text_member(object, "a"), "x");
  EXPECT_EQ(*text_member(object, "missing"), "");
  EXPECT_FALSE(text_member(object, "n").ok());
  EXPECT_FALSE(text_member(object, "nul").ok());
  EXPECT_FALSE(text_member(object, "line").ok());
  EXPECT_FALSE(text_member(object, "long", 5).ok());
}

TEST(StrictJson, TakesOneTextForAListOfOne) {
  const auto object = object_of(R"({"one":"a","two":["a","b"],"none":[],"bad":["a",1],"no":{}})");

  EXPECT_EQ(*texts_member(object, "one"), std::vector<std::string>{"a"});
  EXPECT_EQ(*texts_member(object, "two"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(texts_member(object, "none")->empty());
  EXPECT_TRUE(texts_member(object, "missing")->empty());
  EXPECT_FALSE(texts_member(object, "bad").ok());
  EXPECT_FALSE(texts_member(object, "no").ok());
}

TEST(StrictJson, ReadsNumericDates) {
  const auto object = object_of(R"({"whole":1768466100,"part":1768466100.9,"zero":0,"exp":1.7e9})");

  const auto whole = WallTime(std::chrono::seconds(1'768'466'100));
  EXPECT_EQ(**time_member(object, "whole"), whole);
  EXPECT_EQ(**time_member(object, "part"), whole);
  EXPECT_EQ(**time_member(object, "zero"), WallTime());
  EXPECT_EQ(**time_member(object, "exp"), WallTime(std::chrono::seconds(1'700'000'000)));
  EXPECT_FALSE(time_member(object, "missing")->has_value());
}

TEST(StrictJson, RefusesDatesThatAreNone) {
  for (const std::string text :
       {R"("1768466100")", "-1", "1e300", "1e12", "true", "null", "[1]", "18446744073709551615"}) {
    EXPECT_FALSE(time_member(object_of("{\"a\":" + text + "}"), "a").ok()) << text;
  }
}

TEST(StrictJson, KeepsFarDatesWithinTheClocksRange) {
  const auto object = object_of(R"({"a":253402300799})");

  EXPECT_GT(**time_member(object, "a"), WallTime(std::chrono::seconds(9'000'000'000)));
}

}  // namespace
}  // namespace larder::tokens
