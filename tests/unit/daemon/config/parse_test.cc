// The file as a whole, its scalars and its smaller sections; lists have tests of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsed.h"

namespace larder::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(ParseConfig, OfAnEmptyFileIsTheDefaults) {
  EXPECT_EQ(parsed(""), default_config());
  EXPECT_EQ(parsed("# only a comment\n"), default_config());
  EXPECT_EQ(parsed("cache:\nlog:\n"), default_config());
}

TEST(ParseConfig, ReadsTheCache) {
  const Config config = parsed("cache: {path: /data, budget: 200GiB, free_floor: 2.5%}");

  EXPECT_EQ(config.cache.path, "/data");
  EXPECT_EQ(config.cache.budget, (Amount{std::nullopt, 214'748'364'800}));
  EXPECT_EQ(config.cache.free_floor, (Amount{2.5, 0}));
}

TEST(ParseConfig, ReadsHowTheCacheIsKept) {
  const Config config =
      parsed("cache: {complete_ranges: true, scrub_rate: 64KiB, scrub_interval: 30d}");
  const Config off = parsed("cache: {scrub_rate: off}");

  EXPECT_TRUE(config.cache.complete_ranges);
  EXPECT_EQ(config.cache.scrub_rate, 65'536U);
  EXPECT_EQ(config.cache.scrub_interval, std::chrono::hours(720));
  EXPECT_EQ(off.cache.scrub_rate, std::nullopt);
}

TEST(ParseConfig, KnowsWhetherTheControlSocketWasNamed) {
  const Config named = parsed("control: {socket: /run/larder/larder.sock}");
  const Config unnamed = parsed("control:");

  EXPECT_TRUE(named.control.is_required);
  EXPECT_FALSE(unnamed.control.is_required);
  EXPECT_EQ(named, unnamed);
}

TEST(ParseConfig, ReadsTheDeadlines) {
  const Config config = parsed(
      "deadlines: {manifest: 10ms, first_byte: 1m30s, stall: 10m, connect: 2s}\n"
      "drain_timeout: 0s");

  EXPECT_EQ(config.deadlines.manifest, Milliseconds(10));
  EXPECT_EQ(config.deadlines.first_byte, seconds(90));
  EXPECT_EQ(config.deadlines.stall, minutes(10));
  EXPECT_EQ(config.deadlines.connect, seconds(2));
  EXPECT_EQ(config.drain_timeout, seconds(0));
}

TEST(ParseConfig, ReadsTheRest) {
  const Config config = parsed(
      "default_upstream: quay.io\n"
      "offline: true\n"
      "metrics: {address: 'unix:/run/larder/metrics.sock'}\n"
      "log: {level: debug, format: text}\n");

  EXPECT_EQ(config.default_upstream, "quay.io");
  EXPECT_TRUE(config.offline);
  EXPECT_EQ(config.metrics_address, "unix:/run/larder/metrics.sock");
  EXPECT_EQ(config.log, (Log{"debug", "text"}));
}

TEST(ParseConfig, ReportsEveryProblemOnALineOfItsOwn) {
  EXPECT_EQ(problems_of("log:\n"
                        "  level: loud\n"
                        "offline: maybe\n"
                        "cahce: {}\n"),
            "f.yaml:2: log.level: got \"loud\", expected debug or info or warn or error\n"
            "f.yaml:3: offline: got \"maybe\", expected true or false\n"
            "f.yaml:4: cahce: got an unknown key, expected one of cache, control, "
            "deadlines, default_upstream, drain_timeout, egress, freshness, listeners, log, "
            "metrics, offline, "
            "tokens, upstreams (did you mean cache?)");
}

struct BadConfig {
  std::string yaml;
  std::string start;  // of the problem: file, line, key
  std::string what;
};

class BadConfigs : public TestWithParam<BadConfig> {};

TEST_P(BadConfigs, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of(GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadConfigs,
    Values(BadConfig{"[]", "1: the file", "expected a mapping"},
           BadConfig{"text", "1: the file", "got \"text\""},
           BadConfig{"cache: []", "1: cache", "a list"},
           BadConfig{"cache:\n  path:", "2: cache.path", "got nothing"},
           BadConfig{"cache:\n  path: ''", "2: cache.path", "got \"\""},
           BadConfig{"cache:\n  path: [/x]", "2: cache.path", "a list"},
           BadConfig{"cache:\n  path: \"/a\\0b\"", "2: cache.path", "\\u0000"},
           BadConfig{"cache:\n  budget: 0", "2: cache.budget", "above 0"},
           BadConfig{"cache:\n  budget: 0%", "2: cache.budget", "above 0"},
           BadConfig{"cache:\n  budget: 101%", "2: cache.budget", "at most 100"},
           BadConfig{"cache:\n  budget: lots", "2: cache.budget", "200GiB"},
           BadConfig{"cache:\n  free_floor: 0%", "2: cache.free_floor", "or 0"},
           BadConfig{"cache:\n  size: 1", "2: cache.size", "an unknown key"},
           BadConfig{"cache:\n  complete_ranges: 1", "2: cache.complete_ranges", "true or false"},
           BadConfig{"cache:\n  scrub_rate: 16", "2: cache.scrub_rate", "at least 64KiB"},
           BadConfig{"cache:\n  scrub_rate: 10%", "2: cache.scrub_rate", "bytes per second"},
           BadConfig{"cache:\n  scrub_rate: false", "2: cache.scrub_rate", "off, or"},
           BadConfig{"cache:\n  scrub_rate:", "2: cache.scrub_rate", "got nothing"},
           BadConfig{"cache:\n  scrub_interval: 0", "2: cache.scrub_interval", "from 1s to 365d"},
           BadConfig{"cache:\n  scrub_interval: 24", "2: cache.scrub_interval", "a duration"},
           BadConfig{"default_upstream: '*.io'", "1: default_upstream", "host"},
           BadConfig{"default_upstream: https://a", "1: default_upstream", "host"},
           BadConfig{"offline: 'true'", "1: offline", "true or false"},
           BadConfig{"offline: yes", "1: offline", "true or false"},
           BadConfig{"offline:", "1: offline", "got nothing"},
           BadConfig{"deadlines: {manifest: 9ms}", "1: deadlines.manifest", "from 10ms to 10m"},
           BadConfig{"deadlines: {stall: 10m1ms}", "1: deadlines.stall", "from 10ms to 10m"},
           BadConfig{"deadlines: {connect: 3}", "1: deadlines.connect", "got \"3\""},
           BadConfig{"deadlines: {first_byte: forever}", "1: deadlines.first_byte", "duration"},
           BadConfig{"deadlines: {total: 3s}", "1: deadlines.total", "unknown key"},
           BadConfig{"drain_timeout: 61m", "1: drain_timeout", "from 0s to 1h"},
           BadConfig{"log: {level: INFO}", "1: log.level", "debug or info"},
           BadConfig{"log: {format: xml}", "1: log.format", "json or text"},
           BadConfig{"metrics: {address: 5051}", "1: metrics.address", "host:port"},
           BadConfig{"metrics: 127.0.0.1:1", "1: metrics", "a mapping"},
           BadConfig{"control: /run/x", "1: control", "a mapping"},
           BadConfig{"control: {socket: }", "1: control.socket", "got nothing"},
           BadConfig{"control: {socket: larder.sock}", "1: control.socket", "from /"},
           BadConfig{"control: {socket: 'unix:/run/x'}", "1: control.socket", "from /"},
           BadConfig{"control:\n  socket: /" + std::string(107, 'a'), "2: control.socket",
                     "at most 107 characters"},
           BadConfig{"control: {socket: /x, mode: 1}", "1: control.mode", "unknown key"},
           BadConfig{"offline: true\noffline: true", "2: offline", "the same key again"},
           BadConfig{"<<: {offline: true}", "1: <<", "unknown key"}));

}  // namespace
}  // namespace larder::config
