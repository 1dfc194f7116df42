#include "daemon/cli/upstream_rules.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"
#include "tests/support/scripted_server.h"

namespace larder::cli {
namespace {

using testing::respond;
using testing::ScriptedServer;

class QuietObserver final : public upstream::UpstreamObserver {
  void request_ended(const std::string&, const std::string&, int, std::uint64_t,
                     const Status&) override {}
  void answer_useless(const std::string&, const std::string&, const Error&) override {}
  void asked_for_credential(const std::string&, const std::string&, const Status&,
                            Duration) override {}
};

config::Upstream upstream_of(std::string match, std::vector<config::Endpoint> endpoints = {}) {
  return {.match = std::move(match), .endpoints = std::move(endpoints), .auth = {}, .ca_file = {}};
}

class UpstreamRulesTest : public ::testing::Test {
 protected:
  // The first rule's upstream, asked for a manifest of docker.io/library/redis.
  Status ask(const config::Upstream& upstream) {
    const auto rules = upstream_rules({upstream}, ground_);
    EXPECT_TRUE(rules.ok()) << describe(rules.error());
    const auto made = rules->front().make("docker.io");
    const auto head = made->head_manifest(
        "library/redis", "7", {std::chrono::steady_clock::now() + std::chrono::seconds(10)});
    return head.ok() ? Status() : head.error();
  }

  testing::FakeClock clock_;
  QuietObserver observer_;
  testing::FakeHealthBook health_{clock_};
  Clients clients_{{}};
  const UpstreamGround ground_{clients_, health_.book, clock_, observer_};
};

TEST_F(UpstreamRulesTest, KeepTheOrderAndTheMatchesOfTheConfig) {
  const auto rules = upstream_rules(
      {upstream_of("a.test", {{"http://127.0.0.1:1"}}), upstream_of("*.test")}, ground_);

  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ((*rules)[0].match, "a.test");
  EXPECT_EQ((*rules)[1].make("b.test")->name(), "b.test");
}

TEST_F(UpstreamRulesTest, NameTheUpstreamWhoseFilesCannotBeRead) {
  auto wrong_ca = upstream_of("a.test");
  wrong_ca.ca_file = "/no/such/file";
  auto wrong_key = upstream_of("a.test", {{"http://127.0.0.1:1"}});
  wrong_key.endpoints[0].client_certificate = {"/no/such/file", "/no/such/key"};

  for (const auto& upstream : {wrong_ca, wrong_key}) {
    const auto rules = upstream_rules({upstream}, ground_);

    EXPECT_EQ(rules.error().code, Errc::invalid);
    EXPECT_NE(rules.error().context.find("upstream a.test"), std::string::npos);
    EXPECT_NE(rules.error().context.find("/no/such/file"), std::string::npos);
  }
}

TEST_F(UpstreamRulesTest, AskAnEndpointBelowItsPath) {
  ScriptedServer server(respond(404));

  EXPECT_EQ(ask(upstream_of("docker.io", {{server.url("/v2/hub")}})).error().code, Errc::not_found);

  EXPECT_TRUE(server.requests().front().head.starts_with(
      "HEAD /v2/hub/library/redis/manifests/7 HTTP/1.1\r\n"));
}

TEST_F(UpstreamRulesTest, KeepTheHealthOfAnEndpointForEachWayToIt) {
  ScriptedServer server(respond(429, "", {{"Retry-After", "60"}}));
  const testing::TestAuthority authority;
  ::setenv("LARDER_TEST_PASSWORD", "p", 1);
  const auto plain = upstream_of("docker.io", {{server.url("/")}});
  auto with_ca = plain;
  with_ca.ca_file = authority.ca_file();
  auto as_user = plain;
  as_user.auth = {config::AuthKind::basic, "u", {"", "LARDER_TEST_PASSWORD"}};

  for (const auto& upstream : {plain, plain, with_ca, as_user, with_ca}) (void)ask(upstream);

  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(UpstreamRulesTest, LetAnEndpointDifferFromItsUpstream) {
  ScriptedServer first(respond(401, "", {{"WWW-Authenticate", "Basic"}}));
  ScriptedServer second(respond(401, "", {{"WWW-Authenticate", "Basic"}}));
  ::setenv("LARDER_TEST_PASSWORD", "p", 1);
  auto upstream = upstream_of("docker.io", {{first.url("/")}, {second.url("/")}});
  upstream.auth = {config::AuthKind::basic, "u", {"", "LARDER_TEST_PASSWORD"}};
  upstream.endpoints[1].auth = config::Auth{};

  EXPECT_FALSE(ask(upstream).ok());

  ASSERT_EQ(first.requests().size(), 2U);
  EXPECT_NE(first.requests()[1].head.find("Authorization: Basic dTpw"), std::string::npos);
  EXPECT_EQ(second.requests().size(), 1U);
}

TEST_F(UpstreamRulesTest, ReachAnEndpointThroughItsProxy) {
  ScriptedServer proxy(respond(404));
  auto upstream = upstream_of("docker.io", {{"http://registry.example"}});
  upstream.proxy.kind = config::ProxyKind::server;
  upstream.proxy.url = proxy.url("/");

  EXPECT_EQ(ask(upstream).error().code, Errc::not_found);

  EXPECT_TRUE(proxy.requests().front().head.starts_with("HEAD http://registry.example/v2/"));
}

TEST(FreshnessRulesOfConfig, AreTheConfigsOwn) {
  const auto rules = freshness_rules({{"**:latest", std::chrono::minutes(1), std::nullopt}});

  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].match, "**:latest");
  EXPECT_EQ(rules[0].ttl, std::chrono::minutes(1));
}

}  // namespace
}  // namespace larder::cli
