// A whole daemon in front of upstreams that fail, stall and lie: an honest answer within the
// deadlines, and nothing wrong kept.
#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

class BadUpstream : public DaemonFixture {
 protected:
  BadUpstream() {
    config_.deadlines = {.manifest = std::chrono::milliseconds(400),
                         .first_byte = std::chrono::milliseconds(400),
                         .stall = std::chrono::milliseconds(300),
                         .connect = std::chrono::milliseconds(200)};
  }

  std::string blob_path(const std::string& bytes) const {
    return "/v2/app/blobs/" + sha256_of(bytes).str() + "?ns=reg.test";
  }

  const std::string tag_path_ = "/v2/app/manifests/1?ns=reg.test";
  const std::string layer_ = pattern_bytes(1'000'000);
};

TEST_F(BadUpstream, ThatSaysNothingIsA503WithinTheDeadline) {
  serve(say_and_hang(""));
  start();

  const auto manifest = fetch(tag_path_);
  const auto blob = fetch(blob_path(layer_));

  EXPECT_EQ(manifest.status, 503);
  EXPECT_NE(manifest.body.find("timeout"), std::string::npos);
  EXPECT_EQ(blob.status, 503);
}

TEST_F(BadUpstream, ThatIsDownIsA503) {
  serve(respond(200));
  upstream_.reset();
  start();

  EXPECT_EQ(fetch(tag_path_).status, 503);
  EXPECT_EQ(fetch(blob_path(layer_)).status, 503);
}

class RefusingUpstream : public BadUpstream, public ::testing::WithParamInterface<int> {};

TEST_P(RefusingUpstream, IsNeverPassedOnAsARetry) {
  serve(respond(GetParam(), "no"));
  start();

  for (const auto& path : {tag_path_, blob_path(layer_)}) {
    const auto response = fetch(path);
    EXPECT_TRUE(response.status == 404 || response.status == 503) << response.status;
    EXPECT_NE(response.body.find(std::to_string(GetParam())), std::string::npos) << response.body;
  }
}

INSTANTIATE_TEST_SUITE_P(Statuses, RefusingUpstream,
                         ::testing::Values(400, 401, 403, 404, 408, 410, 418, 429, 500, 502, 503));

TEST_F(BadUpstream, ThatDripsItsHeadIsA503WithinTheDeadline) {
  serve(say_and_drip("HTTP/1.1 200 OK\r\nX-Slow: ", std::string(2000, 'x'),
                     std::chrono::milliseconds(5)));
  start();

  EXPECT_EQ(fetch(tag_path_).status, 503);
}

TEST_F(BadUpstream, ThatSpeaksNoHttpIsA503) {
  serve(say_and_close("SSH-2.0-OpenSSH_9.2\r\n"));
  start();

  EXPECT_EQ(fetch(tag_path_).status, 503);
  EXPECT_EQ(fetch(blob_path(layer_)).status, 503);
}

TEST_F(BadUpstream, WithAWrongManifestIsA503AndNothingIsKept) {
  FakeRegistry registry;
  serve(respond(200, "{}", {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"}}));
  start();
  const std::string other = sha256_of("other").str();

  EXPECT_EQ(fetch("/v2/app/manifests/" + other + "?ns=reg.test").status, 503);
  EXPECT_EQ(metric("larder_cache_bytes"), 0);
}

TEST_F(BadUpstream, WithAWrongBlobIsCutShortAndNothingIsKept) {
  std::string wrong = layer_;
  wrong[10] = static_cast<char>(wrong[10] ^ 1);
  FakeRegistry registry;
  registry.add_wrong_blob("app", layer_, wrong);
  serve(registry.script());
  start();

  const auto response = fetch(blob_path(layer_));
  daemon_->drain(std::chrono::seconds(5));

  EXPECT_LT(response.body.size(), layer_.size());
  EXPECT_EQ(config_.cache.path, directory_.path());
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "blobs" / "sha256" /
                                       sha256_of(layer_).hex().substr(0, 2) /
                                       sha256_of(layer_).hex()));
}

TEST_F(BadUpstream, WithASmallWrongBlobIsA503BeforeAnyByte) {
  FakeRegistry registry;
  registry.add_wrong_blob("app", "right", "wrong");
  serve(registry.script());
  start();

  const auto response = fetch(blob_path("right"));

  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.body.find("corrupt"), std::string::npos);
}

TEST_F(BadUpstream, ThatEndsABodyEarlyIsAskedForTheRest) {
  FakeRegistry registry;
  registry.add_blob("app", layer_);
  serve(registry.script());
  upstream_->next(say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" +
                                layer_.substr(0, 300'000)));
  start();

  const auto response = fetch(blob_path(layer_));

  EXPECT_EQ(response.body, layer_);
  ASSERT_EQ(upstream_->requests().size(), 2u);
  EXPECT_NE(upstream_->requests()[1].head.find("Range: bytes=300000-"), std::string::npos);
}

TEST_F(BadUpstream, ThatAlwaysEndsEarlyCutsTheClient) {
  serve(say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" +
                      layer_.substr(0, 300'000)));
  start();

  const auto response = fetch(blob_path(layer_));

  EXPECT_EQ(response.status, 200);
  EXPECT_LE(response.body.size(), 300'000u);
}

TEST_F(BadUpstream, ThatStallsInABodyCutsTheClient) {
  serve(say_and_hang("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" +
                     layer_.substr(0, 300'000)));
  start();

  const auto response = fetch(blob_path(layer_));

  EXPECT_EQ(response.body, layer_.substr(0, 300'000));
}

TEST_F(BadUpstream, WithAStaleTagCachedIsAnsweredFromTheCache) {
  FakeRegistry registry;
  registry.add_manifest("app", "1", "{}");
  config_.freshness = {{"**", std::chrono::milliseconds(0), std::nullopt}};
  serve(registry.script());
  start();
  ASSERT_EQ(fetch(tag_path_).status, 200);

  upstream_.reset();
  const auto stale = fetch(tag_path_);

  EXPECT_EQ(stale.body, "{}");
  EXPECT_TRUE(header(stale, "Cache-Status").ends_with("; detail=stale"));
  EXPECT_EQ(metric(R"(larder_stale_served_total{reason="upstream_down",upstream="reg.test"})"), 1);
}

TEST_F(BadUpstream, ATagThatMovedIsFollowedPastItsTtl) {
  FakeRegistry before;
  before.add_manifest("app", "1", R"({"v":1})");
  config_.freshness = {{"**", std::chrono::milliseconds(0), std::nullopt}};
  serve(before.script());
  start();
  ASSERT_EQ(fetch(tag_path_).body, R"({"v":1})");

  FakeRegistry after;
  after.add_manifest("app", "1", R"({"v":2})");
  upstream_->next(after.script());
  upstream_->next(after.script());

  EXPECT_EQ(fetch(tag_path_).body, R"({"v":2})");
}

TEST_F(BadUpstream, ARedirectToTheMetadataServiceIsNotFollowed) {
  serve(respond(307, "", {{"Location", "http://169.254.169.254/latest/meta-data/"}}));
  start();

  EXPECT_EQ(fetch(tag_path_).status, 404);
  EXPECT_EQ(fetch(blob_path(layer_)).status, 404);
}

}  // namespace
}  // namespace larder::testing
