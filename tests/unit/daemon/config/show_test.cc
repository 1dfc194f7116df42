#include "daemon/config/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/config/show_trees.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Upstream with_auth(std::string match, Auth auth) {
  return {std::move(match), {}, std::move(auth), ""};
}

// One of each kind, with all that it can have.
std::vector<Upstream> upstreams_of_all_kinds() {
  return {
      with_auth("a.io", {.realms = {"auth.example"}}),
      with_auth("b.io", {.kind = AuthKind::docker_config,
                         .docker_config = {"/a b", {}, {{"NO", "null"}, {"EMPTY", ""}}}}),
      with_auth("c.io",
                {.kind = AuthKind::kubernetes_secret, .kubernetes_secret = {"/s", {"a", "b/c"}}}),
      with_auth("d.io", {.kind = AuthKind::exec,
                         .exec = {"/c", {"", "~", "a: b"}, {{"A", "#"}}, {"*.d.io"}, {}}}),
      with_auth("e.io", {.kind = AuthKind::ecr,
                         .ecr = {"r",
                                 "",
                                 "arn:aws:iam::1:role/pull",
                                 "se",
                                 "ex",
                                 "AK",
                                 {"/s", ""},
                                 {"", "T"},
                                 "http://a",
                                 "http://s"}}),
      with_auth(
          "f.io",
          {.kind = AuthKind::ecr,
           .ecr = {.profile = "p", .metadata_url = "http://m", .container_url = "http://c/d"}}),
      with_auth("g.io", {.kind = AuthKind::gcp, .gcp = {"a@b", "http://m"}}),
      with_auth("h.io", {.kind = AuthKind::acr,
                         .acr = {AcrIdentity::managed, "c", "t", "", "", "https://r", "http://m",
                                 "https://h"}}),
      with_auth("i.io", {.kind = AuthKind::acr,
                         .acr = {AcrIdentity::workload, "c", "t", "/t", "https://l"}}),
  };
}

Tokens unusual_tokens() {
  Tokens tokens{"i", "s", Milliseconds(60'001), true, {"/k", false, Milliseconds(200'000'000)}};
  tokens.htpasswd_file = "/h";
  tokens.access_keys_file = "/a";
  tokens.anonymous = true;
  tokens.issuers = {
      {"a", "https://a", {"x", "yes"}, true, "n", "", "", "https://b?c", "", "/ca", "/b"},
      {"b", "b", {"x"}, true, "", "N", "/j"},
      {"c", "https://c", {"x"}, false, "", "", "", "", "https://d"}};
  tokens.grants = {Milliseconds(60'000), Milliseconds(0)};
  return tokens;
}

// Every field differs from its default, and texts need quotes.
Config unusual_config() {
  Config config;
  config.cache = {"/data/a b: #c",          Amount{std::nullopt, 12'345}, Amount{0.1, 0},
                  /*complete_ranges=*/true, /*scrub_rate=*/std::nullopt,  Milliseconds(61'000)};
  config.listeners = {{.name = "a", .address = "[::1]:1", .auth = ListenerAuth::tenant},
                      {.name = "b-2",
                       .address = "unix:/run/x y",
                       .hosts = {"*.gcr.io", "*"},
                       .auth = ListenerAuth::required,
                       .policy_file = "/p q.json"}};
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
      {"x.io", {}, {AuthKind::basic, "\xc3\xa9 'q' \"", {"", "P"}}, "", {}, {}, no_proxy}};
  config.freshness = {{"a/b:*", Milliseconds(1), Milliseconds(90'061'001)}, {"**", {}, {}}};
  const auto more = upstreams_of_all_kinds();
  config.upstreams.insert(config.upstreams.end(), more.begin(), more.end());
  config.tokens = unusual_tokens();
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

TEST(ToYaml, IsReadBackWithKeysThatAreOnlyRead) {
  Config config = default_config();
  config.tokens.keys = {"/k", true};

  EXPECT_EQ(parsed(to_yaml(config)), config);
}

TEST(ToYaml, ShowsPlacesOfSecretsOnly) {
  const std::string yaml = to_yaml(parsed(upstream_with(
      "kind: ecr, access_key_id: AKIA, secret_access_key_file: /run/key, session_token_env: T")));

  EXPECT_THAT(yaml, HasSubstr("secret_access_key_file: /run/key"));
  EXPECT_THAT(yaml, HasSubstr("session_token_env: T"));
  EXPECT_THAT(yaml, Not(HasSubstr("secret_access_key:")));
}

TEST(TreeOfAuth, LeavesOutWhatIsNotSet) {
  EXPECT_EQ(tree_of(Auth{}).dump(), R"({"kind":"anonymous"})");
  EXPECT_EQ(tree_of(Auth{.kind = AuthKind::ecr}).dump(), R"({"kind":"ecr"})");
  EXPECT_EQ(tree_of(Auth{.kind = AuthKind::gcp}).dump(),
            R"({"kind":"gcp","service_account":"default"})");
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
  EXPECT_EQ(json["listeners"][1]["auth"], "required");
  EXPECT_EQ(json["listeners"][1]["policy"], "/p q.json");
  EXPECT_EQ(json["upstreams"][3]["auth"]["env"]["NO"], "null");
  EXPECT_EQ(json["tokens"]["issuers"][0]["node"], "n");
  EXPECT_EQ(json["tokens"]["grants"]["grace"], "0s");
}

TEST(ToJson, IsReadBackAsYamlToTheSameConfig) {
  EXPECT_EQ(parsed(to_json(unusual_config())), unusual_config());
}

}  // namespace
}  // namespace larder::config
