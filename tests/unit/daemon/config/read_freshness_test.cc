#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections.h"
#include "parsed.h"

namespace larder::config {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(FreshnessRules, AreReadInOrder) {
  const Config config = parsed(
      "freshness:\n"
      "  - {match: 'docker.io/library/*:latest', ttl: 0, stale_for: 30d}\n"
      "  - {match: '**', ttl: 365d, stale_for: forever}\n"
      "  - {match: 'a:b', ttl: 1ms}\n");

  EXPECT_THAT(config.freshness,
              ElementsAre(Freshness{"docker.io/library/*:latest", hours(0), hours(720)},
                          Freshness{"**", hours(24 * 365), std::nullopt},
                          Freshness{"a:b", Milliseconds(1), std::nullopt}));
}

TEST(FreshnessRules, MayBeNone) {
  EXPECT_THAT(parsed("freshness: []").freshness, IsEmpty());
}

struct BadRule {
  std::string yaml;
  std::string key;
  std::string what;
};

class BadRules : public TestWithParam<BadRule> {};

TEST_P(BadRules, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of("freshness:\n  - " + GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: freshness[0]" + GetParam().key + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRules,
    Values(BadRule{"'**'", "", "a mapping"}, BadRule{"{ttl: 1s}", ".match", "got nothing"},
           BadRule{"{match: '**'}", ".ttl", "got nothing"},
           BadRule{"{match: 'a b', ttl: 1s}", ".match", "a pattern"},
           BadRule{"{match: '**', ttl: forever}", ".ttl", "from 0s to 365d"},
           BadRule{"{match: '**', ttl: 366d}", ".ttl", "from 0s to 365d"},
           BadRule{"{match: '**', ttl: -1s}", ".ttl", "from 0s to 365d"},
           BadRule{"{match: '**', ttl: 1s, stale_for: never}", ".stale_for", "forever or a"},
           BadRule{"{match: '**', ttl: 1s, stale: 1s}", ".stale", "unknown key"}));

TEST(FreshnessRules, MustBeAList) {
  EXPECT_THAT(problems_of("freshness: {ttl: 1s}"),
              StartsWith("f.yaml:1: freshness: got a mapping"));
}

}  // namespace
}  // namespace larder::config
