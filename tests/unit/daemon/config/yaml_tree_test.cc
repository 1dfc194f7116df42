#include "daemon/config/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::config {
namespace {

using ::testing::HasSubstr;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(YamlTree, KeepsOrderLinesAndQuotes) {
  Problems problems("f.yaml");

  const auto tree = read_yaml("a: 1\nb:\n  - 'true'\n  - true\n", problems);

  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->entries.size(), 2U);
  EXPECT_EQ(tree->entries[1].key, "b");
  EXPECT_EQ(tree->entries[1].line, 2);
  EXPECT_TRUE(tree->entries[1].value.items[0].is_quoted);
  EXPECT_FALSE(tree->entries[1].value.items[1].is_quoted);
  EXPECT_EQ(tree->entries[1].value.items[1].line, 4);
}

TEST(YamlTree, OfNoTextIsNull) {
  Problems problems("f.yaml");

  const auto tree = read_yaml("# nothing here\n", problems);

  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->kind, YamlNode::Kind::null);
}

TEST(YamlTree, PutsAnAnchorsValueWhereItsAliasIs) {
  Problems problems("f.yaml");

  const auto tree = read_yaml("a: &x [1, 2]\nb: *x\n", problems);

  ASSERT_TRUE(tree) << problems.str();
  ASSERT_EQ(tree->entries[1].value.items.size(), 2U);
  EXPECT_EQ(tree->entries[1].value.items[1].text, "2");
}

struct BadText {
  std::string text;
  std::string problem;
};

class BadTexts : public TestWithParam<BadText> {};

TEST_P(BadTexts, AreRefusedWithTheirLine) {
  Problems problems("f.yaml");

  EXPECT_FALSE(read_yaml(GetParam().text, problems));

  EXPECT_THAT(problems.str(), HasSubstr(GetParam().problem));
}

// Nine levels of nine aliases each: 400 million values if they were followed.
std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 1; j < 9; ++j) text += ", " + alias;
    text += "]\n";
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadTexts,
    Values(BadText{"a: [1\nb: 2\n", "f.yaml:"}, BadText{"a: 1\n\tb: 2\n", "f.yaml:2: YAML"},
           BadText{"a: 1\n---\nb: 2\n", "a second document"},
           BadText{"a: 1\nb: !!binary xx\n", "f.yaml:2: YAML: got a tag"},
           BadText{"a: *nowhere\n", "f.yaml:1: YAML"}, BadText{"a: &x [*x]\n", "f.yaml:1: YAML"},
           BadText{"? [a]\n: b\n", "f.yaml:1: YAML: got a key that is not a simple text"},
           BadText{"a: 1\nb: \x04\nc: 1\n", "f.yaml:2: YAML: got a control character"},
           BadText{std::string("a\0: 1", 5), "a control character"},
           BadText{"a: \xff\xfe\n", "not UTF-8"},
           BadText{std::string(kConfigBytesMax + 1, ' '), "1048577 bytes"},
           BadText{std::string(kConfigDepthMax + 1, '['), "too deep a nesting"},
           BadText{std::string(500'000, '['), "YAML: got"},
           BadText{std::string(500'000, '{'), "YAML: got"}, BadText{alias_bomb(), "too many"}));

}  // namespace
}  // namespace larder::config
