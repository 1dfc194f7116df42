// Pulls through a whole daemon from a well-behaved upstream.
#include <thread>

#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

class Pull : public DaemonFixture {
 protected:
  Pull() {
    registry_.add_manifest("team/app", "1.0", manifest_, kType);
    registry_.add_blob("team/app", layer_);
    registry_.add_blob("team/app", config_blob_);
    serve(registry_.script());
    start();
  }

  static constexpr char kType[] = "application/vnd.oci.image.manifest.v1+json";
  const std::string manifest_ = R"({"schemaVersion":2, "config":{}, "layers":[]})";
  const std::string layer_ = pattern_bytes(3'000'000);
  const std::string config_blob_ = R"({"architecture":"amd64"})";
  const std::string digest_ = sha256_of(manifest_).str();
  const std::string layer_path_ = "/v2/team/app/blobs/" + sha256_of(layer_).str() + "?ns=reg.test";
  FakeRegistry registry_;
};

TEST_F(Pull, AManifestByTagIsAMissThenAHit) {
  const auto first = fetch("/v2/team/app/manifests/1.0?ns=reg.test");
  const auto second = fetch("/v2/team/app/manifests/1.0?ns=reg.test");

  EXPECT_EQ(first.body, manifest_);
  EXPECT_EQ(second.body, manifest_);
  EXPECT_EQ(header(first, "Cache-Status"), "larder; fwd=miss; stored; detail=fetched");
  EXPECT_TRUE(header(second, "Cache-Status").starts_with("larder; hit; ttl="));
  EXPECT_EQ(header(second, "Content-Type"), kType);
  EXPECT_EQ(header(second, "Docker-Content-Digest"), digest_);
  EXPECT_EQ(header(second, "ETag"), "\"" + digest_ + "\"");
  EXPECT_EQ(header(second, "OCI-Namespace"), "reg.test");
  EXPECT_EQ(upstream_->requests().size(), 1u);
}

TEST_F(Pull, ContainerdsHeadByTagThenGetByDigestCostOneOfEachUpstream) {
  RawClient client(address());
  client.send("HEAD /v2/team/app/manifests/1.0?ns=reg.test HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = read_head_response(client);

  const auto by_digest = fetch("/v2/team/app/manifests/" + digest_ + "?ns=reg.test");

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(header(head, "Content-Length"), std::to_string(manifest_.size()));
  EXPECT_EQ(header(head, "Docker-Content-Digest"), digest_);
  EXPECT_EQ(by_digest.body, manifest_);
  ASSERT_EQ(upstream_->requests().size(), 2u);
  EXPECT_EQ(request_line(upstream_->requests()[0]), "HEAD /v2/team/app/manifests/1.0 HTTP/1.1");
  EXPECT_EQ(request_line(upstream_->requests()[1]),
            "GET /v2/team/app/manifests/" + digest_ + " HTTP/1.1");
}

TEST_F(Pull, ABlobIsByteExactAndSentByUpstreamOnce) {
  const auto first = fetch(layer_path_);
  const auto second = fetch(layer_path_);

  EXPECT_EQ(first.body, layer_);
  EXPECT_EQ(second.body, layer_);
  EXPECT_EQ(upstream_->requests().size(), 1u);
  EXPECT_EQ(metric_once_counted("larder_upstream_bytes_total{upstream=\"reg.test\"}"), 3'000'000);
}

TEST_F(Pull, SixteenClientsAtOnceShareOneUpstreamRequest) {
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;

  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] { right += fetch(layer_path_).body == layer_; });
  }
  for (auto& client : clients) client.join();

  EXPECT_EQ(right, 16);
  EXPECT_EQ(upstream_->requests().size(), 1u);
}

TEST_F(Pull, TheHostInThePathChoosesTheUpstream) {
  EXPECT_EQ(fetch("/v2/reg.test/team/app/manifests/1.0").body, manifest_);
}

TEST_F(Pull, WithoutAHostTheDefaultUpstreamAnswers) {
  config_.default_upstream = "reg.test";
  start();

  EXPECT_EQ(fetch("/v2/team/app/manifests/1.0").body, manifest_);
}

TEST_F(Pull, AnUnknownHostIsNamedWithTheKeyThatWouldAllowIt) {
  const auto response = fetch("/v2/team/app/manifests/1.0?ns=evil.test");

  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("evil.test"), std::string::npos);
  EXPECT_NE(response.body.find("upstreams"), std::string::npos);
  EXPECT_EQ(upstream_->requests().size(), 0u);
}

TEST_F(Pull, SingleRangesOfACachedAndAnUncachedBlobAreExact) {
  for (int round = 0; round < 2; ++round) {
    RawClient client(address());
    client.send(get_request(layer_path_, "Range: bytes=1000-1999\r\n"));
    const auto middle = read_response(client);
    client.send(get_request(layer_path_, "Range: bytes=-500\r\n"));
    const auto tail = read_response(client);

    EXPECT_EQ(middle.status, 206);
    EXPECT_EQ(header(middle, "Content-Range"), "bytes 1000-1999/3000000");
    EXPECT_EQ(middle.body, layer_.substr(1000, 1000));
    EXPECT_EQ(tail.body, layer_.substr(layer_.size() - 500));
  }
}

TEST_F(Pull, ARangeBeyondTheEndIsUnsatisfiable) {
  RawClient client(address());
  client.send(get_request(layer_path_, "Range: bytes=3000000-\r\n"));

  const auto response = read_response(client);

  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(header(response, "Content-Range"), "bytes */3000000");
}

TEST_F(Pull, SeveralRangesAreAnsweredWithTheWholeBlob) {
  RawClient client(address());
  client.send(get_request(layer_path_, "Range: bytes=0-1,5-6\r\n"));

  const auto response = read_response(client);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.size(), layer_.size());
}

TEST_F(Pull, AMatchingConditionIsNotModified) {
  RawClient client(address());
  client.send(get_request("/v2/team/app/manifests/1.0?ns=reg.test",
                          "If-None-Match: \"" + digest_ + "\"\r\n"));

  const auto response = read_head_response(client);

  EXPECT_EQ(response.status, 304);
}

TEST_F(Pull, HeadOfABlobTellsItsSizeWithoutFetchingIt) {
  RawClient client(address());
  client.send("HEAD " + layer_path_ + " HTTP/1.1\r\nHost: x\r\n\r\n");

  const auto head = read_head_response(client);

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(header(head, "Content-Length"), "3000000");
  EXPECT_EQ(metric("larder_cache_bytes"), 0);
}

TEST_F(Pull, WritesAreRefused) {
  RawClient client(address());
  client.send("POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");

  const auto response = read_response(client);

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
}

TEST_F(Pull, ARestartWithoutUpstreamServesEverythingThatWasPulled) {
  fetch("/v2/team/app/manifests/1.0?ns=reg.test");
  fetch(layer_path_);
  fetch("/v2/team/app/blobs/" + sha256_of(config_blob_).str() + "?ns=reg.test");
  const std::size_t asked = upstream_->requests().size();

  config_.offline = true;
  start();

  EXPECT_EQ(fetch("/v2/team/app/manifests/1.0?ns=reg.test").body, manifest_);
  EXPECT_EQ(fetch("/v2/team/app/manifests/" + digest_ + "?ns=reg.test").body, manifest_);
  EXPECT_EQ(fetch(layer_path_).body, layer_);
  EXPECT_EQ(fetch("/v2/team/app/blobs/" + sha256_of(config_blob_).str() + "?ns=reg.test").body,
            config_blob_);
  EXPECT_EQ(upstream_->requests().size(), asked);
}

TEST_F(Pull, ADamagedIndexIsMovedAsideAndWhatIsOnDiskIsStillServed) {
  fetch(layer_path_);
  fetch("/v2/team/app/manifests/1.0?ns=reg.test");
  daemon_.reset();
  std::filesystem::resize_file(directory_.path() / "index-v1-lmdb09" / "data.mdb", 100);

  config_.offline = true;
  start();

  const auto manifest = fetch("/v2/team/app/manifests/" + digest_ + "?ns=reg.test");
  EXPECT_EQ(fetch(layer_path_).body, layer_);
  EXPECT_EQ(manifest.body, manifest_);
  EXPECT_EQ(header(manifest, "Content-Type"), kType);
}

}  // namespace
}  // namespace larder::testing
