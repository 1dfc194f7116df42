#include "daemon/auth/policy/json_node.h"

#include <gtest/gtest.h>

namespace larder::policy {
namespace {

std::string json_problems(std::string_view json) {
  Problems problems("p");
  const auto node = parse_json(json, problems);
  EXPECT_TRUE(node.has_value() || !problems.empty());
  return problems.str();
}

TEST(JsonNode, RemembersItsLines) {
  Problems problems("p");

  const auto root = parse_json("{\n \"a\": [1,\n \"x\"],\r\n\"b\":\n{\"c\": true}\n}\n", problems);

  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->find("a")->line, 2);
  EXPECT_EQ(root->find("a")->children[1].line, 3);
  EXPECT_EQ(root->find("b")->line, 5);
  EXPECT_EQ(root->find("b")->find("c")->line, 5);
  EXPECT_EQ(root->find("d"), nullptr);
}

TEST(JsonNode, KeepsEveryKindOfValue) {
  Problems problems("p");

  const auto root = parse_json(R"(["a\u0041", true, null, -1, 2, 1.50, {}, [], [1]])", problems);

  ASSERT_TRUE(root.has_value());
  const char* const shown[] = {"\"aA\"", "true",      "null",          "-1",    "2",
                               "1.50",   "an object", "an empty list", "a list"};
  for (std::size_t i = 0; i < std::size(shown); ++i) {
    EXPECT_EQ(root->children[i].shown(), shown[i]);
  }
}

TEST(JsonNode, RefusesWhatIsNoJson) {
  EXPECT_EQ(json_problems("{\n\"a\" 1}"), "p:2: policy: got \"1\", expected ':'");
  for (const char* const json : {"", "{", "{} x", "[1,]", "{\"a\":1,}", "'a'", "// c\n{}", "nul",
                                 "\"\xff\"", "\"\n\"", "[1e999999]", "[NaN]"}) {
    EXPECT_NE(json_problems(json), "") << json;
  }
}

TEST(JsonNode, RefusesTheSameNameTwice) {
  EXPECT_EQ(json_problems("{\"a\": 1,\n\"b\": 2,\n\"a\": 1}"),
            "p:3: policy: got \"a\" again, expected each name once in an object");
  EXPECT_EQ(json_problems(R"([{"a": {"a": 1}}, {"a": 1}])"), "");
}

TEST(JsonNode, RefusesDeepNesting) {
  const std::string deepest = std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']');

  EXPECT_EQ(json_problems(deepest), "");
  EXPECT_EQ(json_problems("[" + deepest + "]"),
            "p:1: policy: got deeper nesting, expected at most 8 levels");
  EXPECT_NE(json_problems(std::string(1'000'000, '[')), "");
}

}  // namespace
}  // namespace larder::policy
