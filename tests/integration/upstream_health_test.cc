// What a whole daemon knows of an upstream's health: it leaves one alone that asks for it, also
// after a restart.
#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

class UpstreamHealth : public DaemonFixture {
 protected:
  const std::string tag_path_ = "/v2/app/manifests/1?ns=reg.test";
};

TEST_F(UpstreamHealth, SurvivesARestart) {
  serve(respond(429, "no",
                {{"Retry-After", "60"},
                 {"ratelimit-limit", "100;w=21600"},
                 {"ratelimit-remaining", "0;w=21600"}}));
  start();
  ASSERT_EQ(fetch(tag_path_).status, 503);
  ASSERT_EQ(upstream_->requests().size(), 1U);

  start();
  const auto refused = fetch(tag_path_);

  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("is not asked, until "), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("HTTP 429"), std::string::npos) << refused.body;
  EXPECT_EQ(upstream_->requests().size(), 1U);
  EXPECT_EQ(metric("larder_upstream_breaker_open{upstream=\"reg.test\"}"), 1);
  EXPECT_EQ(metric("larder_upstream_quota_limit{upstream=\"reg.test\"}"), 100);
}

TEST_F(UpstreamHealth, IsToldInMetrics) {
  FakeRegistry registry;
  registry.add_blob("app", "hello");
  serve(registry.script());
  start();

  ASSERT_EQ(fetch("/v2/app/blobs/" + sha256_of("hello").str() + "?ns=reg.test").status, 200);

  EXPECT_EQ(metric("larder_upstream_breaker_open{upstream=\"reg.test\"}"), 0);
  EXPECT_EQ(metric("larder_upstream_quota_remaining{upstream=\"reg.test\"}"), -1);
}

}  // namespace
}  // namespace larder::testing
