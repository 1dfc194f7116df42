#include "daemon/config/problems.h"

#include <gtest/gtest.h>

namespace larder::config {
namespace {

TEST(Problems, AreToldInTheOrderOfTheFile) {
  Problems problems("f.yaml");

  problems.add(9, "log.level", "\"x\"", "info");
  problems.add(2, "cache.path", "nothing", "a path");
  problems.add(9, "log.format", "\"y\"", "json");

  EXPECT_EQ(problems.str(),
            "f.yaml:2: cache.path: got nothing, expected a path\n"
            "f.yaml:9: log.level: got \"x\", expected info\n"
            "f.yaml:9: log.format: got \"y\", expected json");
}

TEST(Problems, AreEmptyUntilOneIsAdded) {
  Problems problems("f.yaml");
  EXPECT_TRUE(problems.empty());

  problems.add(1, "a", "b", "c");

  EXPECT_FALSE(problems.empty());
}

TEST(InQuotes, EscapesWhatATerminalOrALogWouldObey) {
  EXPECT_EQ(in_quotes("a\n\x1b[31m\"b"), R"("a\n\u001b[31m\"b")");
  EXPECT_EQ(in_quotes("\xff"), R"("\ufffd")");
}

TEST(InQuotes, CutsALongText) {
  EXPECT_EQ(in_quotes(std::string(200, 'x')), "\"" + std::string(80, 'x') + "...\"");
}

TEST(Suggestion, NamesTheNearestKey) {
  EXPECT_EQ(suggestion("budgte", {"path", "budget"}), " (did you mean budget?)");
  EXPECT_EQ(suggestion("usptreams", {"listeners", "upstreams"}), " (did you mean upstreams?)");
}

TEST(Suggestion, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(suggestion("colour", {"path", "budget"}), "");
  EXPECT_EQ(suggestion("tls", {"ttl", "log"}), "");
  EXPECT_EQ(suggestion(std::string(1000, 'a'), {"path"}), "");
}

TEST(Joined, PutsWordsSideBySide) {
  EXPECT_EQ(joined({}, ", "), "");
  EXPECT_EQ(joined({"a"}, ", "), "a");
  EXPECT_EQ(joined({"a", "b", "c"}, " or "), "a or b or c");
}

}  // namespace
}  // namespace larder::config
