#include "daemon/cli/upstream_rules.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/health_book.h"

namespace larder::cli {
namespace {

class QuietObserver final : public upstream::UpstreamObserver {
  void request_ended(const std::string&, const std::string&, int, std::uint64_t,
                     const Status&) override {}
};

class UpstreamRulesTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  QuietObserver observer_;
  testing::FakeHealthBook health_{clock_};
  Clients clients_{{}};
  const UpstreamGround ground_{clients_, health_.book, clock_, observer_};
};

TEST_F(UpstreamRulesTest, KeepTheOrderAndTheMatchesOfTheConfig) {
  const std::vector<config::Upstream> upstreams{
      {.match = "a.test", .endpoints = {"http://127.0.0.1:1"}, .auth = {}, .ca_file = {}},
      {.match = "*.test", .endpoints = {}, .auth = {}, .ca_file = {}}};

  const auto rules = upstream_rules(upstreams, ground_);

  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ((*rules)[0].match, "a.test");
  EXPECT_EQ((*rules)[1].make("b.test")->name(), "b.test");
}

TEST_F(UpstreamRulesTest, NameTheUpstreamWhoseCaFileCannotBeRead) {
  const std::vector<config::Upstream> upstreams{
      {.match = "a.test", .endpoints = {}, .auth = {}, .ca_file = "/no/such/file"}};

  const auto rules = upstream_rules(upstreams, ground_);

  EXPECT_EQ(rules.error().code, Errc::invalid);
  EXPECT_NE(rules.error().context.find("a.test"), std::string::npos);
}

TEST_F(UpstreamRulesTest, UpstreamsWithTheSameCaShareAClient) {
  EXPECT_EQ(*clients_.with_ca(""), *clients_.with_ca(""));
}

TEST(FreshnessRulesOfConfig, AreTheConfigsOwn) {
  const auto rules = freshness_rules({{"**:latest", std::chrono::minutes(1), std::nullopt}});

  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].match, "**:latest");
  EXPECT_EQ(rules[0].ttl, std::chrono::minutes(1));
}

}  // namespace
}  // namespace larder::cli
