#include "daemon/config/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parsed.h"

namespace larder::config {
namespace {

// Every field differs from its default, and texts need quotes.
Config unusual_config() {
  Config config;
  config.cache = {"/data/a b: #c",          Amount{std::nullopt, 12'345}, Amount{0.1, 0},
                  /*complete_ranges=*/true, /*scrub_rate=*/std::nullopt,  Milliseconds(61'000)};
  config.listeners = {{"a", "[::1]:1"}, {"b-2", "unix:/run/x y", {"*.gcr.io", "*"}}};
  config.default_upstream = "registry.example:5000";
  const Proxy no_proxy{ProxyKind::none, {}, {}, {}, {}};
  config.upstreams = {
      {"*.a.io",
       {{"http://x"}, {"https://y/v2/z", Auth{}, "/ca", ClientCertificate{"/c", "/k"}, no_proxy}},
       {AuthKind::basic, "null", {"/p", ""}},
       "~",
       {"/client.pem", "/client.key"},
       Selection::latency,
       {ProxyKind::server, "http://p:1", {"*", ".corp"}, "u", {"", "PROXY_PASSWORD"}}},
      {"b.io", {}, {AuthKind::basic, "\xc3\xa9 'q' \"", {"", "P"}}, "", {}, {}, no_proxy}};
  config.freshness = {{"a/b:*", Milliseconds(1), Milliseconds(90'061'001)}, {"**", {}, {}}};
  config.offline = true;
  config.deadlines = {Milliseconds(10), Milliseconds(11), Milliseconds(12), Milliseconds(13)};
  config.drain_timeout = Milliseconds(14);
  config.control.socket = "/run/a b.sock";
  config.metrics_address = "interface:eth0:9";
  config.log = {"warn", "text"};
  return config;
}

TEST(ToYaml, IsReadBackToTheSameConfig) {
  EXPECT_EQ(parsed(to_yaml(default_config())), default_config());
  EXPECT_EQ(parsed(to_yaml(unusual_config())), unusual_config());
}

TEST(ToYaml, SaysThatThereAreNoRules) {
  Config config = default_config();
  config.freshness.clear();

  EXPECT_EQ(parsed(to_yaml(config)), config);
}

TEST(ToJson, HoldsTheSameKeysAndValues) {
  const auto json = nlohmann::json::parse(to_json(unusual_config()));

  EXPECT_EQ(json["cache"]["budget"], "12345");
  EXPECT_EQ(json["cache"]["complete_ranges"], true);
  EXPECT_EQ(json["cache"]["scrub_rate"], "off");
  EXPECT_EQ(json["cache"]["scrub_interval"], "1m1s");
  EXPECT_EQ(json["control"]["socket"], "/run/a b.sock");
  EXPECT_EQ(json["upstreams"][0]["endpoints"][0], "http://x");
  EXPECT_EQ(json["upstreams"][0]["endpoints"][1]["url"], "https://y/v2/z");
  EXPECT_EQ(json["upstreams"][0]["endpoints"][1]["proxy"], "none");
  EXPECT_EQ(json["upstreams"][0]["client_key"], "/client.key");
  EXPECT_EQ(json["upstreams"][0]["select"], "latency");
  EXPECT_EQ(json["upstreams"][0]["proxy"]["password_env"], "PROXY_PASSWORD");
  EXPECT_EQ(json["listeners"][1]["hosts"][0], "*.gcr.io");
  EXPECT_EQ(json["upstreams"][0]["auth"]["password_file"], "/p");
  EXPECT_EQ(json["freshness"][1]["stale_for"], "forever");
  EXPECT_EQ(json["offline"], true);
}

TEST(ToJson, IsReadBackAsYamlToTheSameConfig) {
  EXPECT_EQ(parsed(to_json(unusual_config())), unusual_config());
}

}  // namespace
}  // namespace larder::config
