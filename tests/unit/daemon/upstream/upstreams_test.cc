#include "daemon/upstream/upstreams.h"

#include <atomic>

#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

class UpstreamsTest : public ::testing::Test {
 protected:
  // A rule whose upstreams are named "<label> <host>".
  UpstreamRule rule(const std::string& match, const std::string& label = "x") {
    return {match, [this, label](const std::string& host) {
              ++made_;
              std::vector<std::unique_ptr<Endpoint>> endpoints;
              const auto url = http::Url::parse("https://" + host).value();
              endpoints.push_back(std::make_unique<Endpoint>(
                  EndpointParts{host, url, http::Reach::anywhere, client_,
                                std::make_unique<auth::AnonymousCredentials>(), clock_, observer_,
                                health_.book.of(url)}));
              return std::make_unique<Upstream>(label + " " + host, std::move(endpoints));
            }};
  }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  testing::FakeClient client_{std::vector<FakeAnswer>{{}}};
  std::atomic<int> made_ = 0;
};

TEST_F(UpstreamsTest, KnowNothingButWhatMatches) {
  Upstreams upstreams({rule("docker.io"), rule("*.pkg.dev")});

  EXPECT_EQ(upstreams.find("evil.example"), nullptr);
  EXPECT_EQ(upstreams.find(""), nullptr);
  EXPECT_EQ(upstreams.find("169.254.169.254"), nullptr);
  EXPECT_EQ(made_, 0);
}

TEST_F(UpstreamsTest, FollowTheFirstRuleThatMatches) {
  Upstreams upstreams({rule("a.pkg.dev", "first"), rule("*.pkg.dev", "second")});

  EXPECT_EQ(upstreams.find("a.pkg.dev")->name(), "first a.pkg.dev");
  EXPECT_EQ(upstreams.find("b.pkg.dev")->name(), "second b.pkg.dev");
}

TEST_F(UpstreamsTest, TellTheRuleTheyFollow) {
  const Upstreams upstreams({rule("docker.io"), rule("a.pkg.dev"), rule("*.pkg.dev")});

  EXPECT_EQ(upstreams.rule_of("A.pkg.dev"), "a.pkg.dev");
  EXPECT_EQ(upstreams.rule_of("b.pkg.dev"), "*.pkg.dev");
  EXPECT_EQ(upstreams.rule_of("index.docker.io"), "docker.io");
  EXPECT_EQ(upstreams.rule_of("evil.example"), std::nullopt);
  EXPECT_EQ(made_, 0) << "nothing is made for it";
}

TEST_F(UpstreamsTest, MakeAnUpstreamOnce) {
  Upstreams upstreams({rule("quay.io")});

  const auto first = upstreams.find("quay.io");

  EXPECT_EQ(upstreams.find("Quay.IO"), first);
  EXPECT_EQ(made_, 1);
}

TEST_F(UpstreamsTest, KnowDockerHubByItsOtherNames) {
  Upstreams upstreams({rule("docker.io")});

  const auto hub = upstreams.find("docker.io");

  ASSERT_NE(hub, nullptr);
  EXPECT_EQ(upstreams.find("index.docker.io"), hub);
  EXPECT_EQ(upstreams.find("registry-1.docker.io"), hub);
  EXPECT_EQ(upstreams.find("auth.docker.io"), nullptr);
}

class DockerHubRules : public UpstreamsTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(DockerHubRules, MatchItByAnyOfItsNames) {
  Upstreams upstreams({rule(GetParam()), rule("*.io", "second")});

  for (const auto* name : {"docker.io", "index.docker.io", "registry-1.docker.io", "Docker.IO"}) {
    ASSERT_NE(upstreams.find(name), nullptr);
    EXPECT_EQ(upstreams.find(name)->name(), "x docker.io");
    EXPECT_EQ(upstreams.rule_of(name), GetParam()) << "as it is written";
  }
  EXPECT_EQ(upstreams.find("quay.io")->name(), "second quay.io");
}

INSTANTIATE_TEST_SUITE_P(Table, DockerHubRules,
                         ::testing::Values("docker.io", "index.docker.io", "registry-1.docker.io",
                                           "Index.Docker.IO"));

TEST_F(UpstreamsTest, RememberABoundedNumberAndDropTheOneNotAskedForLongest) {
  Upstreams upstreams({rule("*.pkg.dev"), rule("quay.io")});
  upstreams.find("quay.io");
  for (int i = 0; i < 1023; ++i) upstreams.find(std::to_string(i) + ".pkg.dev");
  upstreams.find("quay.io");

  upstreams.find("1023.pkg.dev");
  EXPECT_EQ(made_, 1025);

  upstreams.find("quay.io");
  upstreams.find("1.pkg.dev");
  EXPECT_EQ(made_, 1025);
  upstreams.find("0.pkg.dev");
  EXPECT_EQ(made_, 1026);
}

TEST_F(UpstreamsTest, FindNothingWhenTheRuleCannotMakeIt) {
  Upstreams upstreams({{"quay.io", [](const std::string&) { return nullptr; }}});

  EXPECT_EQ(upstreams.find("quay.io"), nullptr);
}

TEST_F(UpstreamsTest, ReportThoseTheyMade) {
  Upstreams upstreams({rule("*.pkg.dev"), rule("quay.io")});
  upstreams.find("quay.io");
  upstreams.find("a.pkg.dev");

  const auto reports = upstreams.reports();

  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].name, "x a.pkg.dev");
  EXPECT_EQ(reports[1].endpoints.front().url, "https://quay.io");
}

}  // namespace
}  // namespace larder::upstream
