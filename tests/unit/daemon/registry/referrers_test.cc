#include "daemon/registry/referrers.h"

#include "tests/unit/daemon/registry/lists_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::minutes;

class ReferrersTest : public testing::ListsFixture {
 protected:
  void answer_with_index(const std::string& descriptors) {
    upstream_answer_ = {.headers = {{"Content-Type", kIndexType}}, .body = index(descriptors)};
  }
  static std::string index(const std::string& descriptors) {
    return std::string(R"({"schemaVersion":2,"mediaType":")") + kIndexType + R"(","manifests":[)" +
           descriptors + "]}";
  }

  static constexpr char kIndexType[] = "application/vnd.oci.image.index.v1+json";
  const std::string signature_ = R"({"digest":"sha256:aa","mediaType":"m","size":1})";
  const std::string sbom_ =
      R"({"artifactType":"a/sbom+x","digest":"sha256:bb","mediaType":"m","size":2})";
  const std::string path_ =
      "/v2/app/referrers/" + testing::sha256_of("subject").str() + "?ns=reg.test";
};

TEST_F(ReferrersTest, AreAnImageIndexOfWhatUpstreamLists) {
  answer_with_index(signature_ + "," + sbom_);

  const auto response = ask(path_);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), kIndexType);
  EXPECT_EQ(header(response, "OCI-Filters-Applied"), "(none)");
  EXPECT_EQ(header(response, "Docker-Distribution-Api-Version"), "registry/2.0");
  EXPECT_EQ(header(response, "Cache-Status"), "larder; fwd=miss; stored; detail=fetched");
  EXPECT_EQ(body_of(response), index(signature_ + "," + sbom_));
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(ReferrersTest, AreFilteredHereFromOneAnswerOfUpstream) {
  answer_with_index(signature_ + "," + sbom_);
  (void)ask(path_);

  const auto some = ask(path_ + "&artifactType=a%2Fsbom%2Bx");
  const auto none = ask(path_ + "&artifactType=other");

  using Json = nlohmann::json;
  EXPECT_EQ(Json::parse(body_of(some)), Json::parse(index(sbom_)));
  EXPECT_EQ(Json::parse(body_of(none)), Json::parse(index("")));
  EXPECT_EQ(header(some, "OCI-Filters-Applied"), "artifactType");
  EXPECT_EQ(header(some, "Content-Type"), kIndexType);
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(ReferrersTest, OfACachedSubjectAreAnEmptyIndexThatIsRemembered) {
  upstream_answer_ = {.status = 404};
  const cache::Document subject{"application/vnd.oci.image.manifest.v1+json", "subject"};
  ASSERT_TRUE(store_->put_document(testing::sha256_of("subject"), subject).ok());

  const auto first = ask(path_);
  const auto second = ask(path_);

  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(body_of(first), index(""));
  EXPECT_EQ(header(second, "Cache-Status"), "larder; hit; ttl=900");
  EXPECT_EQ(client_.count(), 2u);  // the API, the tag
}

TEST_F(ReferrersTest, OfASubjectThatIsNotCachedAreEmptyWithoutARow) {
  upstream_answer_ = {.status = 404};

  const auto response = ask(path_);

  EXPECT_EQ(body_of(response), index(""));
  EXPECT_EQ(header(response, "Cache-Status"), "larder; fwd=miss; detail=passed");
  start(/*offline=*/true);
  EXPECT_EQ(ask(path_).status, 404);
}

TEST_F(ReferrersTest, AreServedStaleAndOffline) {
  answer_with_index(signature_);
  (void)ask(path_);
  clock_.advance(minutes(16));
  upstream_answer_ = {.status = 429};

  const auto stale = ask(path_);
  start(/*offline=*/true);
  const auto offline = ask(path_);

  EXPECT_EQ(header(stale, "Cache-Status"), "larder; hit; ttl=-60; detail=stale");
  EXPECT_EQ(body_of(offline), index(signature_));
}

TEST_F(ReferrersTest, ThatCannotBeHadAreNotCalledEmpty) {
  upstream_answer_ = {.status = 500};

  const auto response = ask(path_);

  EXPECT_EQ(response.status, 503);
  EXPECT_NE(body_of(response).find("UNAVAILABLE"), std::string::npos);
}

TEST_F(ReferrersTest, WithABrokenFilterAreRefused) {
  const auto response = ask(path_ + "&artifactType=%zz");

  EXPECT_EQ(response.status, 400);
  EXPECT_NE(body_of(response).find("UNSUPPORTED"), std::string::npos);
}

class BadSubjects : public ReferrersTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(BadSubjects, AreRefused) {
  const auto response = ask("/v2/app/referrers/" + GetParam() + "?ns=reg.test");

  EXPECT_EQ(response.status, 400);
  EXPECT_NE(body_of(response).find("DIGEST_INVALID"), std::string::npos);
  EXPECT_EQ(client_.count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Table, BadSubjects,
                         ::testing::Values("sha256:aa", "latest", "sha256", "md5:00",
                                           "sha256:" + std::string(64, 'G')));

}  // namespace
}  // namespace larder::registry
