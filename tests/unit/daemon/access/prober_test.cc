// What is asked of an upstream to find out whether somebody may have something.
#include "daemon/access/prober.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::access {
namespace {

using registry::RegistryPath;
using registry::RouteKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kDigest = "sha256:" + std::string(64, 'a');

RegistryPath path_to(RouteKind kind, const std::string& reference) {
  return {kind, "app", reference, ""};
}

class ProberTest : public testing::RegistryFixture {
 protected:
  Status probe(RouteKind kind, const std::string& reference) {
    auto target = this->target();
    target.as = std::make_shared<auth::Tenant>(auth::Tenant{"tenant-1", {"jane", "secret"}});
    return prober_.probe(target, path_to(kind, reference), testing::soon());
  }
  static testing::FakeAnswer manifest_head() {
    return {.headers = {{"Docker-Content-Digest", kDigest},
                        {"Content-Type", "application/vnd.oci.image.manifest.v1+json"}},
            .body = "{}"};
  }
  Errc refusal(RouteKind kind, int status) {
    upstream_answer_.status = status;
    const Status probed = probe(kind, kind == RouteKind::tags ? "" : kDigest);
    return probed.ok() ? Errc::cancelled : probed.error().code;
  }

  UpstreamProber prober_;
};

TEST_F(ProberTest, AsksForTheHeadOfAManifest) {
  upstream_answer_ = manifest_head();

  EXPECT_TRUE(probe(RouteKind::manifest, "7").ok());

  EXPECT_THAT(client_.urls(), ElementsAre("HEAD https://reg.test/v2/app/manifests/7"));
}

TEST_F(ProberTest, AsksForTheManifestThatReferrersAreOf) {
  upstream_answer_ = manifest_head();

  EXPECT_TRUE(probe(RouteKind::referrers, kDigest).ok());

  EXPECT_THAT(client_.urls(), ElementsAre("HEAD https://reg.test/v2/app/manifests/" + kDigest));
}

TEST_F(ProberTest, AsksForOneByteOfABlob) {
  upstream_answer_ = {.status = 206, .headers = {{"Content-Range", "bytes 0-0/9"}}, .body = "x"};

  EXPECT_TRUE(probe(RouteKind::blob, kDigest).ok());

  EXPECT_THAT(client_.urls(), ElementsAre("GET https://reg.test/v2/app/blobs/" + kDigest));
  EXPECT_EQ(client_.requests()[0].headers.find("Range"), "bytes=0-0");
}

TEST_F(ProberTest, IsContentWithABlobThatBegins) {
  upstream_answer_.body = testing::pattern_bytes(100'000);

  EXPECT_TRUE(probe(RouteKind::blob, kDigest).ok());
}

TEST_F(ProberTest, AsksForOneTag) {
  upstream_answer_ = {.headers = {{"Content-Type", "application/json"}},
                      .body = R"({"name":"app","tags":["7"]})"};

  EXPECT_TRUE(probe(RouteKind::tags, "").ok());

  EXPECT_THAT(client_.urls(), ElementsAre("GET https://reg.test/v2/app/tags/list?n=1"));
}

TEST_F(ProberTest, AsksInTheTenantsName) {
  upstream_answer_ = {.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"x\""}}};

  EXPECT_EQ(probe(RouteKind::blob, kDigest).error().code, Errc::denied);

  EXPECT_THAT(client_.authorizations(), ElementsAre("(none)", "Basic amFuZTpzZWNyZXQ="));
}

TEST_F(ProberTest, SaysWhatUpstreamSays) {
  for (const auto kind : {RouteKind::manifest, RouteKind::blob, RouteKind::tags}) {
    EXPECT_EQ(refusal(kind, 401), Errc::denied);
    EXPECT_EQ(refusal(kind, 403), Errc::denied);
    EXPECT_EQ(refusal(kind, 404), Errc::not_found);
  }
  EXPECT_EQ(refusal(RouteKind::blob, 500), Errc::upstream_down);
}

TEST_F(ProberTest, AsksNobodyForADigestThatIsNone) {
  EXPECT_EQ(probe(RouteKind::blob, "sha256:x").error().code, Errc::invalid);

  EXPECT_THAT(client_.urls(), IsEmpty());
}

// What one endpoint lacks, the other that could not be asked may have.
TEST_F(ProberTest, BelievesThatABlobIsNowhereOnlyWhenAllSaySo) {
  testing::FakeClient client([](const http::ClientRequest& request) {
    const bool is_first = request.url.host == "first.test";
    return testing::FakeAnswer{.status = is_first ? 503 : 404};
  });
  std::vector<std::unique_ptr<upstream::Endpoint>> endpoints;
  for (const char* host : {"first.test", "second.test"}) {
    const auto url = *http::Url::parse(std::string("https://") + host);
    endpoints.push_back(std::make_unique<upstream::Endpoint>(upstream::EndpointParts{
        "reg.test", url, http::Reach::anywhere, client,
        std::make_unique<auth::AnonymousCredentials>(), clock_, *this, health_.book.of(url)}));
  }
  registry::Target target{std::make_shared<upstream::Upstream>("reg.test", std::move(endpoints)),
                          "app"};

  const Status probed = prober_.probe(target, path_to(RouteKind::blob, kDigest), testing::soon());

  EXPECT_EQ(client.count(), 2U);
  EXPECT_EQ(probed.error().code, Errc::upstream_down);
}

}  // namespace
}  // namespace larder::access
