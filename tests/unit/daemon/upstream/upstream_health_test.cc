// Endpoints that are not to be asked, and the quickest of several.
#include "daemon/upstream/upstream.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using testing::FakeClient;
using Strings = std::vector<std::string>;

const std::string kDocument = R"({"schemaVersion":2,"config":{},"layers":[]})";
const FakeAnswer kRefused{.error = Error{Errc::upstream_down, "connection refused"}};

FakeAnswer manifest() {
  return {.headers = {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"}},
          .body = kDocument};
}

class UpstreamHealthTest : public ::testing::Test {
 protected:
  // Another endpoint, reg0.example, reg1.example ..., that takes so long for each head.
  void endpoint(const FakeAnswer& answer, Duration latency = Duration(0)) {
    const auto number = std::to_string(clients_.size());
    const auto url = http::Url::parse("https://reg" + number + ".example/mirror").value();
    clients_.push_back(
        std::make_unique<FakeClient>([this, answer, latency](const http::ClientRequest&) {
          clock_.advance(latency);
          return answer;
        }));
    endpoints_.push_back(std::make_unique<Endpoint>(EndpointParts{
        "docker.io", url, http::Reach::anywhere, *clients_.back(),
        std::make_unique<auth::AnonymousCredentials>(), clock_, observer_, health_.book.of(url)}));
  }
  Upstream& upstream(Selection selection = Selection::ordered) {
    if (!upstream_) upstream_.emplace("docker.io", std::move(endpoints_), selection);
    return *upstream_;
  }
  Result<FetchedManifest> get(Purpose purpose = Purpose::pull) {
    const auto soon = std::chrono::steady_clock::now() + 60s;
    return upstream().get_manifest("team/app", "7", {soon, purpose, {}});
  }
  Strings source_names() {
    Strings names;
    for (const auto& source : upstream().blob_sources("team/app")) names.push_back(source->name());
    return names;
  }
  std::size_t asked(std::size_t endpoint) const { return clients_[endpoint]->count(); }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  std::vector<std::unique_ptr<FakeClient>> clients_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::optional<Upstream> upstream_;
};

TEST_F(UpstreamHealthTest, SkipsAnEndpointThatIsDown) {
  endpoint(kRefused);
  endpoint(manifest());
  ASSERT_TRUE(get().ok());

  ASSERT_TRUE(get().ok());

  EXPECT_EQ(asked(0), 1U);
  EXPECT_EQ(asked(1), 2U);
}

TEST_F(UpstreamHealthTest, GivesAllItsTimeToThoseThatMayBeAsked) {
  endpoint(kRefused);
  endpoint(manifest());
  ASSERT_TRUE(get().ok());
  const auto begin = std::chrono::steady_clock::now();

  ASSERT_TRUE(get().ok());

  EXPECT_GE(*clients_[1]->requests().back().deadline, begin + 59s);
}

TEST_F(UpstreamHealthTest, FindsOutThatSeveralAreDeadInOneDeadline) {
  const FakeAnswer silent{.error = Error{Errc::timeout, "total deadline passed"}};
  endpoint(silent, 1s);
  endpoint(silent, 1s);

  (void)upstream().get_manifest("team/app", "7", {clock_.now() + 2 * kConnectAssumed});

  for (const auto& report : upstream().report().endpoints) {
    EXPECT_NE(report.state, BreakerState::closed) << report.url;
  }
}

TEST_F(UpstreamHealthTest, FailsAtOnceWithoutExchangesWhenNobodyMayBeAsked) {
  endpoint(kRefused);
  endpoint({.status = 429, .headers = {{"Retry-After", "60"}}});
  (void)get();

  const auto refused = get();

  EXPECT_EQ(refused.error().code, Errc::upstream_down);
  EXPECT_NE(refused.error().context.find("is not asked, until "), std::string::npos);
  EXPECT_EQ(asked(0), 1U);
  EXPECT_EQ(asked(1), 1U);
  EXPECT_EQ(observer_.told().size(), 2U);
}

TEST_F(UpstreamHealthTest, TellsBeforehandWhatItWouldRefuse) {
  endpoint(kRefused);
  endpoint({.status = 429, .headers = {{"Retry-After", "60"}}});
  EXPECT_FALSE(upstream().refusal(Purpose::pull, "team/app"));
  (void)get();

  const auto refused = upstream().refusal(Purpose::pull, "team/app");

  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->cause, "breaker");
  EXPECT_FALSE(upstream().refusal(Purpose::order, "team/app"))
      << "the first endpoint asked for no pause";
  EXPECT_EQ(asked(0) + asked(1), 2U) << "nobody is asked for it";
}

TEST_F(UpstreamHealthTest, RefusesNothingWhileOneEndpointMayBeAsked) {
  endpoint(kRefused);
  endpoint(manifest());
  ASSERT_TRUE(get().ok());

  EXPECT_FALSE(upstream().refusal(Purpose::revalidate, "team/app"));
}

TEST_F(UpstreamHealthTest, BelievesNoNotFoundWhileAnotherCannotBeAsked) {
  endpoint(kRefused);
  endpoint({.status = 404});
  (void)get();

  EXPECT_EQ(get().error().code, Errc::upstream_down);
}

TEST_F(UpstreamHealthTest, ComesBackToTheFirstOnceItIsWell) {
  endpoint(kRefused);
  endpoint(manifest());
  ASSERT_TRUE(get().ok());
  clock_.advance(1s + kTrialWait);

  ASSERT_TRUE(get().ok());

  EXPECT_EQ(asked(0), 2U);
}

TEST_F(UpstreamHealthTest, AsksForAPullWhereARevalidationIsRefused) {
  auto scarce = manifest();
  scarce.headers.emplace_back("ratelimit-limit", "100;w=21600");
  scarce.headers.emplace_back("ratelimit-remaining", "12;w=21600");
  endpoint(scarce);
  endpoint(manifest());
  ASSERT_TRUE(get().ok());

  ASSERT_TRUE(get(Purpose::revalidate).ok());
  ASSERT_TRUE(get(Purpose::pull).ok());

  EXPECT_EQ(asked(0), 2U);
  EXPECT_EQ(asked(1), 1U);
}

TEST_F(UpstreamHealthTest, HasBlobSourcesOfSickEndpointsLast) {
  endpoint(kRefused);
  endpoint(manifest());
  EXPECT_EQ(source_names(), (Strings{"reg0.example", "reg1.example"}));

  ASSERT_TRUE(get().ok());

  EXPECT_EQ(source_names(), (Strings{"reg1.example", "reg0.example"}));
}

TEST_F(UpstreamHealthTest, PrefersTheQuickestOnceAllWereMeasured) {
  endpoint(manifest(), 300ms);
  endpoint(manifest(), 20ms);
  upstream(Selection::latency);

  for (int i = 0; i < 6; ++i) ASSERT_TRUE(get().ok());

  EXPECT_EQ(asked(0), 1U);
  EXPECT_EQ(asked(1), 5U);
  EXPECT_EQ(source_names(), (Strings{"reg1.example", "reg0.example"}));
}

TEST_F(UpstreamHealthTest, ReportsItsEndpointsAsWritten) {
  endpoint(kRefused);
  endpoint(manifest(), 20ms);
  ASSERT_TRUE(get().ok());

  const auto report = upstream().report();

  EXPECT_EQ(report.name, "docker.io");
  EXPECT_EQ(report.selection, Selection::ordered);
  ASSERT_EQ(report.endpoints.size(), 2U);
  EXPECT_EQ(report.endpoints[0].url, "https://reg0.example/mirror");
  EXPECT_EQ(report.endpoints[0].state, BreakerState::open);
  EXPECT_EQ(report.endpoints[0].reason, "connection refused");
  EXPECT_EQ(report.endpoints[1].state, BreakerState::closed);
  EXPECT_EQ(report.endpoints[1].latency, 20ms);
}

}  // namespace
}  // namespace larder::upstream
