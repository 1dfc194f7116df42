#include "daemon/registry/blobs.h"

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using testing::sha256_of;

class BlobsTest : public testing::RegistryFixture {
 protected:
  Result<http::Response> ask(const std::string& method, const std::string& digest,
                             BlobsOptions options = {}) {
    Blobs blobs(options, *store_, clock_);
    return blobs.answer({method, "/", {}, "", ""}, target(), digest);
  }

  const std::string digest_ = sha256_of("layer").str();
};

TEST_F(BlobsTest, AWrongBlobIsAnErrorBeforeAnyByte) {
  upstream_answer_.body = "wrong";

  EXPECT_EQ(ask("GET", digest_).error().code, Errc::corrupt);
}

TEST_F(BlobsTest, HeadAsksUpstreamForTheSizeAlone) {
  upstream_answer_.body = "layer";

  const auto head = ask("HEAD", digest_);

  EXPECT_EQ(head->content_length, 5u);
  EXPECT_EQ(store_->flights(), 0u);
}

TEST_F(BlobsTest, AnEmptyAnswerForABlobThatIsNotEmptyIsAnError) {
  EXPECT_EQ(ask("GET", digest_).error().code, Errc::corrupt);
  EXPECT_EQ(ask("HEAD", digest_).error().code, Errc::corrupt);
}

TEST_F(BlobsTest, OfflineAsksNobody) {
  EXPECT_EQ(ask("GET", digest_, {.offline = true}).error().code, Errc::not_found);
  EXPECT_EQ(ask("HEAD", digest_, {.offline = true}).error().code, Errc::not_found);
  EXPECT_EQ(client_.count(), 0u);
}

TEST_F(BlobsTest, AnEmptyBlobHasAnEmptyBody) {
  const auto response = ask("GET", sha256_of("").str());

  ASSERT_TRUE(response.ok()) << describe(response.error());
  EXPECT_EQ(std::get<std::unique_ptr<http::Body>>(response->body)->size_bytes(), 0u);
}

}  // namespace
}  // namespace larder::registry
