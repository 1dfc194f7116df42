// Trials of endpoints that failed, beside the requests that want them.
#include "daemon/upstream/endpoint_care.h"

#include <gtest/gtest.h>

#include <functional>

#include "cache/executor.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

class InlineExecutor final : public cache::Executor {
 public:
  bool run(std::function<void()> work) override {
    if (has_threads) work();
    return has_threads;
  }

  bool has_threads = true;
};

class EndpointTrials : public ::testing::Test {
 protected:
  std::unique_ptr<Upstream> make(const std::string& host) {
    const auto url = http::Url::parse("https://" + host).value();
    std::vector<std::unique_ptr<Endpoint>> endpoints;
    endpoints.push_back(std::make_unique<Endpoint>(EndpointParts{
        host, url, http::Reach::anywhere, *client_, std::make_unique<auth::AnonymousCredentials>(),
        clock_, observer_, health_.book.of(url)}));
    return std::make_unique<Upstream>(host, std::move(endpoints));
  }
  std::optional<Error> ask(const std::string& host) {
    const auto got = upstreams_.find(host)->head_manifest("team/app", "7", {clock_.now() + 1h});
    return got.ok() ? std::nullopt : std::optional(got.error());
  }
  BreakerState state(const std::string& host) {
    return upstreams_.find(host)->report().endpoints.at(0).state;
  }

  static FakeAnswer answer_privately(const http::ClientRequest& request) {
    if (request.url.target.starts_with("/token")) return token("T");
    if (request.headers.find("Authorization")) return {.status = 404};
    return challenge("Bearer realm=\"https://a.example/token\"");
  }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  bool is_up_ = false;
  bool wants_tokens_ = false;
  std::optional<testing::FakeClient> client_{
      std::in_place, [this](const http::ClientRequest& request) {
        if (is_up_ && wants_tokens_) return answer_privately(request);
        if (is_up_) return FakeAnswer{.status = 404};
        return FakeAnswer{.error = Error{Errc::upstream_down, "connection refused"}};
      }};
  Upstreams upstreams_{{{"*.example", [this](const std::string& host) { return make(host); }}}};
  InlineExecutor executor_;
  EndpointCare care_{upstreams_, executor_, clock_, 6s};
};

TEST_F(EndpointTrials, LetAllInAgainWithoutAClientsWaiting) {
  ASSERT_EQ(ask("a.example")->code, Errc::upstream_down);
  clock_.advance(1s);
  is_up_ = true;

  care_.tick();

  EXPECT_EQ(state("a.example"), BreakerState::closed);
  EXPECT_EQ(client_->requests().back().url.target, "/v2/team/app/manifests/7");
  EXPECT_EQ(client_->requests().back().deadline, clock_.now() + 6s);
  EXPECT_EQ(ask("a.example")->code, Errc::not_found);
}

TEST_F(EndpointTrials, BackOffWhenTheyFail) {
  (void)ask("a.example");
  clock_.advance(1s);

  for (int i = 0; i < 5; ++i) care_.tick();

  EXPECT_EQ(client_->count(), 3U) << "what was wanted, then /v2/";
  EXPECT_EQ(state("a.example"), BreakerState::open);
}

TEST_F(EndpointTrials, SpareWhatIsWellAndWhatIsToBeLeftAlone) {
  (void)ask("down.example");
  is_up_ = true;
  (void)ask("well.example");

  care_.tick();

  EXPECT_EQ(client_->count(), 2U);
}

TEST_F(EndpointTrials, AreNotAllAsHealthHearsWhenTokensEndToo) {
  is_up_ = true;
  wants_tokens_ = true;
  (void)ask("a.example");

  care_.tick();

  const auto report = upstreams_.find("a.example")->report();
  ASSERT_EQ(report.endpoints[0].credentials.size(), 1U);
  EXPECT_EQ(report.endpoints[0].credentials[0].of, "repository:team/app:pull");
  EXPECT_EQ(report.endpoints[0].credentials[0].ends, clock_.wall() + 60s);
}

TEST_F(EndpointTrials, EndWithTheDaemon) {
  (void)ask("a.example");
  clock_.advance(1s);

  care_.stop();
  care_.tick();

  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(EndpointTrials, AreMadeLaterWhenThereIsNoThreadForThem) {
  (void)ask("a.example");
  clock_.advance(1s);
  executor_.has_threads = false;
  care_.tick();
  executor_.has_threads = true;

  care_.tick();

  EXPECT_EQ(client_->count(), 3U);
}

class TokenRenewals : public EndpointTrials {
 protected:
  void SetUp() override {
    client_.emplace([this](const http::ClientRequest& request) {
      if (request.url.host == "auth.a.example") return token("T" + std::to_string(++issued_));
      const bool is_known = request.headers.find("Authorization").has_value();
      return is_known ? FakeAnswer{.status = 404}
                      : challenge(R"(Bearer realm="https://auth.a.example/token")");
    });
    (void)ask("a.example");
    (void)ask("a.example");
  }

  int issued_ = 0;
};

TEST_F(TokenRenewals, AreMadeAtHalfATokensLifeOnce) {
  clock_.advance(30s);

  care_.tick();
  care_.tick();

  EXPECT_EQ(issued_, 2);
  (void)ask("a.example");
  EXPECT_EQ(client_->authorizations().back(), "Bearer T2");
}

}  // namespace
}  // namespace larder::upstream
