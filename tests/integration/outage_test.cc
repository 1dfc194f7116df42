// A whole daemon in front of upstreams that tire: limits, restarts, endpoints that break off, tags
// that move or go. What takes real processes and real time is in tests/e2e/upstreams.sh.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "daemon/http/head.h"
#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kAlwaysExpired{0};

class Outage : public DaemonFixture {
 protected:
  Outage() {
    config_.freshness = {{"**", kAlwaysExpired, std::nullopt}};
    registry_.add_manifest("app", "1", manifest_);
    registry_.add_blob("app", layer_);
  }

  void start_with_the_tag_cached() {
    serve(registry_.script());
    start();
    ASSERT_EQ(fetch(tag_path_).body, manifest_);
  }

  void add_endpoint(const ScriptedServer& server) {
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    config_.upstreams.at(0).endpoints.push_back({.url = url});
  }

  // The bodies of `count` requests for the tag at once that were right.
  int right_answers(int count, int clients) {
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i) {
      threads.emplace_back([&] {
        RawClient client(address());
        for (int n = 0; n < count / clients; ++n) right += get(client, tag_path_).body == manifest_;
      });
    }
    for (auto& thread : threads) thread.join();
    return right;
  }

  const std::string manifest_ = R"({"schemaVersion":2,"config":{},"layers":[]})";
  const std::string layer_ = pattern_bytes(4 << 20);
  const std::string tag_path_ = "/v2/app/manifests/1?ns=reg.test";
  const std::string other_path_ = "/v2/app/manifests/2?ns=reg.test";
  const std::string layer_path_ = "/v2/app/blobs/" + sha256_of(layer_).str() + "?ns=reg.test";
  const std::string breaker_metric_ = "larder_upstream_breaker_open{upstream=\"reg.test\"}";
  FakeRegistry registry_;
};

// What a proper answer would be, but late; the client that came first must not be alone with it.
Script late(Script script, std::chrono::milliseconds by) {
  return [script = std::move(script), by](ScriptedConnection& connection,
                                          const ReceivedRequest& request) {
    std::this_thread::sleep_for(by);
    script(connection, request);
  };
}

// The head of a proper answer and half of its body; nothing for who asks for the rest.
Script half_of_layer(std::size_t whole) {
  return [whole](ScriptedConnection& connection, const ReceivedRequest& request) {
    const auto head = http::parse_request_head(request.head);
    if (!head.ok() || head->headers.find("Range").has_value()) return connection.close();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(whole) + "\r\n\r\n" +
                    pattern_bytes(whole).substr(0, whole / 2));
    connection.close();
  };
}

TEST_F(Outage, AThousandRequestsForAnExpiredTagAreOneUpstream) {
  constexpr std::chrono::milliseconds kTtl{900};  // too short to be confirmed in the background
  config_.freshness = {{"**", kTtl, std::nullopt}};
  start_with_the_tag_cached();
  std::this_thread::sleep_for(kTtl);
  upstream_->next(late(registry_.script(), std::chrono::milliseconds(100)));
  const auto already = upstream_->requests().size();
  const auto began = std::chrono::steady_clock::now();

  EXPECT_EQ(right_answers(1000, 50), 1000);

  const auto ttls = (std::chrono::steady_clock::now() - began) / kTtl;  // 0 unless very busy
  EXPECT_GE(upstream_->requests().size() - already, 1u);
  EXPECT_LE(upstream_->requests().size() - already, 1u + static_cast<std::size_t>(ttls));
}

TEST_F(Outage, AnUpstreamThatSaysLaterIsLeftAloneOverARestart) {
  start_with_the_tag_cached();
  upstream_->next(respond(429, "slow down", {{"Retry-After", "60"}}));
  EXPECT_EQ(fetch(tag_path_).body, manifest_);
  const auto already = upstream_->requests().size();

  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(fetch(tag_path_).body, manifest_);
    EXPECT_EQ(fetch(other_path_).status, 503);
    EXPECT_EQ(fetch(layer_path_).status, 503);
    daemon_->drain(std::chrono::seconds(5));
    start();
  }

  EXPECT_EQ(upstream_->requests().size(), already);
}

TEST_F(Outage, AnUpstreamThatSaysLaterIsReplacedByTheNextEndpoint) {
  ScriptedServer next(registry_.script());
  serve(respond(429, "slow down", {{"Retry-After", "60"}}));
  add_endpoint(next);
  start();

  EXPECT_EQ(fetch(tag_path_).body, manifest_);
  EXPECT_EQ(fetch(layer_path_).body, layer_);

  EXPECT_EQ(upstream_->requests().size(), 1u);
}

TEST_F(Outage, AnUpstreamThatIsWellAgainIsFoundOutBeforeAnyClientAsks) {
  constexpr std::size_t kTroubles = 3;  // in a row open the breaker
  serve(registry_.script());
  start();
  for (std::size_t i = 0; i < kTroubles; ++i) upstream_->next(respond(500));
  for (std::size_t i = 0; i < kTroubles; ++i) EXPECT_EQ(fetch(tag_path_).status, 503);

  ASSERT_TRUE(upstream_->wait_for_requests(kTroubles + 1)) << "Larder does not ask by itself";
  ASSERT_TRUE(wait_for_metric(breaker_metric_, 0));
  const auto response = fetch(tag_path_);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, manifest_);
}

TEST_F(Outage, ABlobCutAtHalfIsGoneOnWithFromTheNextEndpoint) {
  ScriptedServer next(registry_.script());
  serve(half_of_layer(layer_.size()));
  add_endpoint(next);
  start();

  const auto response = fetch(layer_path_);

  EXPECT_EQ(response.body, layer_);
  EXPECT_LE(metric_once_counted("larder_upstream_bytes_total{upstream=\"reg.test\"}"),
            1.05 * static_cast<double>(layer_.size()));
  ASSERT_EQ(next.requests().size(), 1u);
  EXPECT_THAT(next.requests()[0].head, HasSubstr("Range: bytes=2097152-"));
}

TEST_F(Outage, AnExpiredTagIsAskedForWithTheDigestThatIsCached) {
  start_with_the_tag_cached();
  upstream_->next(say("HTTP/1.1 304 Not Modified\r\n\r\n"));

  const auto response = fetch(tag_path_);

  EXPECT_EQ(response.body, manifest_);
  EXPECT_THAT(header(response, "Cache-Status"), HasSubstr("detail=revalidated"));
  const auto asked = upstream_->requests().back();
  EXPECT_EQ(request_line(asked), "HEAD /v2/app/manifests/1 HTTP/1.1");
  EXPECT_THAT(asked.head, HasSubstr("If-None-Match: \"" + sha256_of(manifest_).str() + "\""));
}

TEST_F(Outage, ATagThatIsGoneUpstreamKeepsItsImageAndSaysSo) {
  start_with_the_tag_cached();
  upstream_->next(respond(404, "gone"));

  const auto response = fetch(tag_path_);

  EXPECT_EQ(response.body, manifest_);
  EXPECT_THAT(header(response, "Cache-Status"), HasSubstr("detail=gone"));
}

TEST_F(Outage, TheQuotaThatAnUpstreamTellsIsAMetric) {
  serve(respond(200, manifest_,
                {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"},
                 {"ratelimit-limit", "100;w=21600"},
                 {"ratelimit-remaining", "76;w=21600"}}));
  start();

  EXPECT_EQ(fetch(tag_path_).body, manifest_);

  EXPECT_EQ(metric_once_counted("larder_upstream_quota_remaining{upstream=\"reg.test\"}"), 76);
}

TEST_F(Outage, AnUpstreamThatIsAlmostSpentIsNotAskedWhetherTagsHaveMoved) {
  serve(respond(200, manifest_,
                {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"},
                 {"ratelimit-limit", "100;w=21600"},
                 {"ratelimit-remaining", "1;w=21600"}}));
  start();
  fetch(tag_path_);

  const auto response = fetch(tag_path_);

  EXPECT_EQ(response.body, manifest_);
  EXPECT_THAT(header(response, "Cache-Status"), HasSubstr("detail=stale"));
  EXPECT_EQ(upstream_->requests().size(), 1u);
}

}  // namespace
}  // namespace larder::testing
