#include "daemon/config/section.h"

#include <gtest/gtest.h>

namespace larder::config {
namespace {

class SectionTest : public ::testing::Test {
 protected:
  const YamlNode& tree(const std::string& yaml) {
    root_ = read_yaml(yaml, problems_).value_or(YamlNode{});
    return root_;
  }

  Problems problems_{"f.yaml"};
  YamlNode root_;
};

TEST_F(SectionTest, LeavesAnAbsentKeysValueAlone) {
  Section section(tree("{}"), "cache", problems_);
  Milliseconds duration{7};

  section.read_duration("ttl", {Milliseconds(0), Milliseconds(9)}, duration);

  EXPECT_EQ(duration, Milliseconds(7));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(SectionTest, TakesARangesEndsAndRefusesWhatLiesBeyond) {
  Section section(tree("{a: 1ms, b: 9ms, c: 10ms, d: 0}"), "", problems_);
  const DurationRange range{Milliseconds(1), Milliseconds(9)};
  Milliseconds duration{0};

  for (const std::string_view key : {"a", "b", "c", "d"})
    section.read_duration(key, range, duration);

  EXPECT_EQ(duration, Milliseconds(9));
  EXPECT_EQ(problems_.str(),
            "f.yaml:1: c: got \"10ms\", expected a duration from 1ms to 9ms, such as 500ms, 3s or "
            "1h30m\n"
            "f.yaml:1: d: got \"0\", expected a duration from 1ms to 9ms, such as 500ms, 3s or "
            "1h30m");
}

TEST_F(SectionTest, ReportsAKeyNobodyAskedFor) {
  Section section(tree("path: /x\npaht: /y\n"), "cache", problems_);

  section.find("path");
  section.finish();

  EXPECT_EQ(problems_.str(),
            "f.yaml:2: cache.paht: got an unknown key, expected one of path (did you mean path?)");
}

TEST_F(SectionTest, EscapesAnUnknownKey) {
  Section section(tree("\"a\\nb\": 1\n"), "", problems_);

  section.find("path");
  section.finish();

  EXPECT_EQ(problems_.str(), "f.yaml:1: a\\nb: got an unknown key, expected one of path");
}

TEST_F(SectionTest, ReportsARepeatedKeyAndItsFirstLine) {
  const Section section(tree("a: 1\nb: 2\na: 3\n"), "log", problems_);

  EXPECT_EQ(problems_.str(),
            "f.yaml:3: log.a: got the same key again, expected it once (it is on line 1)");
}

TEST_F(SectionTest, RefusesATextWithALineBreak) {
  Section section(tree("a: \"x\\ny\"\n"), "", problems_);
  std::string text = "before";

  section.read_text(
      "a", "a path", [](std::string_view) { return true; }, text);

  EXPECT_EQ(text, "before");
  EXPECT_EQ(problems_.str(), "f.yaml:1: a: got \"x\\ny\", expected a path");
}

TEST_F(SectionTest, ReadsAListOfTextsInPlaceOfTheDefaults) {
  Section section(tree("{a: [b, ''], c: b, d: [B, [b]]}"), "s", problems_);
  const TextsShape shape{"a list of b", "b", [](std::string_view text) { return text != "B"; }};
  std::vector<std::string> texts{"default"};

  section.read_texts("x", shape, texts);
  EXPECT_EQ(texts, std::vector<std::string>{"default"});
  section.read_texts("a", shape, texts);
  EXPECT_EQ(texts, (std::vector<std::string>{"b", ""}));
  section.read_texts("c", shape, texts);
  section.read_texts("d", shape, texts);

  EXPECT_EQ(problems_.str(),
            "f.yaml:1: s.c: got \"b\", expected a list of b\n"
            "f.yaml:1: s.d[0]: got \"B\", expected b\n"
            "f.yaml:1: s.d[1]: got a list, expected b");
}

TEST_F(SectionTest, DoesNotRepeatWhatMayBeASecret) {
  Section section(tree("{a: hunter2, \"b\\nc\": hunter2}"), "s", problems_);
  std::string text;

  section.read_unshown(
      "a", "b", [](std::string_view one) { return one == "b"; }, text);
  section.refuse_entry(section.entries().at(1), "c", "d");

  EXPECT_EQ(text, "");
  EXPECT_EQ(problems_.str(),
            "f.yaml:1: s.a: got something else, expected b\n"
            "f.yaml:1: s.b\\nc: got c, expected d");
}

}  // namespace
}  // namespace larder::config
