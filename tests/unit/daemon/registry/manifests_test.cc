#include "daemon/registry/manifests.h"

#include "daemon/registry/tags_document.h"
#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::minutes;
using testing::sha256_of;

class ManifestsTest : public testing::RegistryFixture {
 protected:
  ManifestsTest() { answer_with(kOld); }

  Manifests make(ManifestsOptions options = {}) {
    tags_.push_back(std::make_unique<NamedDocuments>(
        NamedDocumentsOptions{options.offline, options.deadline},
        upstream::FreshnessRules({{"reg.test/**", minutes(15), std::chrono::hours(1)}}), *store_,
        clock_, *executor_, *this));
    return {options, *tags_.back(), *store_, clock_};
  }

  void answer_with(const std::string& bytes) {
    upstream_answer_ = {};
    upstream_answer_.headers = {{"Content-Type", kType},
                                {"Docker-Content-Digest", sha256_of(bytes).str()}};
    upstream_answer_.body = bytes;
  }

  static constexpr char kType[] = "application/vnd.oci.image.manifest.v1+json";
  std::vector<std::unique_ptr<NamedDocuments>> tags_;
  const std::string kOld = R"({"schemaVersion":2,"v":1})";
  const std::string kNew = R"({"schemaVersion":2,"v":2})";
};

TEST_F(ManifestsTest, AFreshTagIsServedWithoutAsking) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());

  clock_.advance(minutes(14));
  const auto again = manifests.get(target(), "1", /*want_bytes=*/true);

  EXPECT_EQ(again->status, CacheStatus::hit);
  EXPECT_EQ(again->bytes, kOld);
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(ManifestsTest, ATagPastItsTtlIsConfirmedByAHeadAlone) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());

  clock_.advance(minutes(16));
  const auto again = manifests.get(target(), "1", /*want_bytes=*/true);

  EXPECT_EQ(again->status, CacheStatus::revalidated);
  EXPECT_EQ(client_.urls().back(), "HEAD https://reg.test/v2/app/manifests/1");
  EXPECT_EQ(client_.count(), 2u);
}

TEST_F(ManifestsTest, ATagThatMovedIsFetchedByItsNewDigest) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());

  clock_.advance(minutes(16));
  answer_with(kNew);
  const auto again = manifests.get(target(), "1", /*want_bytes=*/true);

  EXPECT_EQ(again->bytes, kNew);
  EXPECT_EQ(client_.urls().back(),
            "GET https://reg.test/v2/app/manifests/" + sha256_of(kNew).str());
}

TEST_F(ManifestsTest, ATagWhoseNewManifestCannotBeHadKeepsItsOldImage) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());
  clock_.advance(minutes(16));
  answer_with(kNew);
  upstream_answer_.body = "{}";  // not what its digest says

  for (const bool want_bytes : {false, true, true}) {
    const auto again = manifests.get(target(), "1", want_bytes);

    ASSERT_TRUE(again.ok()) << describe(again.error());
    EXPECT_EQ(again->status, CacheStatus::stale);
    EXPECT_EQ(again->digest, sha256_of(kOld));
  }
}

TEST_F(ManifestsTest, AManifestWhoseMediaTypeWasLostTellsItItself) {
  const std::string bytes = std::string(R"({"schemaVersion":2,"mediaType":")") + kType + "\"}";
  ASSERT_TRUE(store_->put_document(sha256_of(bytes), {"", bytes}).ok());

  const auto found = make({.offline = true}).get(target(), sha256_of(bytes).str(), true);

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(found->media_type, kType);
}

TEST_F(ManifestsTest, ABlobThatIsNoManifestIsNotServedAsOne) {
  ASSERT_TRUE(store_->put_document(sha256_of("layer"), {"", "layer"}).ok());

  const auto found = make({.offline = true}).get(target(), sha256_of("layer").str(), true);

  EXPECT_EQ(found.error().code, Errc::not_found);
}

TEST_F(ManifestsTest, AStaleTagIsServedWhenUpstreamFails) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());

  clock_.advance(minutes(16));
  upstream_answer_ = {.status = 429};
  const auto again = manifests.get(target(), "1", /*want_bytes=*/true);

  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->status, CacheStatus::stale);
  EXPECT_EQ(stale_, "upstream_down");
}

TEST_F(ManifestsTest, ATagOlderThanItsStaleTimeIsNotServed) {
  auto manifests = make();
  ASSERT_TRUE(manifests.get(target(), "1", /*want_bytes=*/true).ok());

  clock_.advance(minutes(15 + 61));
  upstream_answer_ = {.status = 500};
  const auto again = manifests.get(target(), "1", /*want_bytes=*/true);

  EXPECT_EQ(again.error().code, Errc::upstream_down);
}

TEST_F(ManifestsTest, HeadOfATagAsksForNoBytes) {
  auto manifests = make();

  const auto head = manifests.get(target(), "1", /*want_bytes=*/false);

  EXPECT_EQ(head->bytes, std::nullopt);
  EXPECT_EQ(head->size_bytes, kOld.size());
  EXPECT_EQ(client_.urls(), std::vector<std::string>{"HEAD https://reg.test/v2/app/manifests/1"});
}

TEST_F(ManifestsTest, ADigestIsFetchedOnceForEver) {
  auto manifests = make();
  const std::string digest = sha256_of(kOld).str();
  ASSERT_TRUE(manifests.get(target(), digest, /*want_bytes=*/true).ok());

  clock_.advance(std::chrono::hours(10'000));
  const auto again = manifests.get(target(), digest, /*want_bytes=*/true);

  EXPECT_EQ(again->status, CacheStatus::hit);
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(ManifestsTest, OfflineServesAnyAgeAndAsksNobody) {
  ASSERT_TRUE(make().get(target(), "1", /*want_bytes=*/true).ok());
  clock_.advance(std::chrono::hours(10'000));

  auto offline = make({.offline = true});

  EXPECT_EQ(offline.get(target(), "1", /*want_bytes=*/true)->bytes, kOld);
  EXPECT_EQ(offline.get(target(), "2", /*want_bytes=*/true).error().code, Errc::not_found);
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(ManifestsTest, ADigestThatUpstreamLacksIsAskedForOnceInAWhile) {
  auto manifests = make();
  upstream_answer_ = {.status = 404};
  const std::string digest = sha256_of(kOld).str();

  EXPECT_EQ(manifests.get(target(), digest, true).error().code, Errc::not_found);
  EXPECT_EQ(manifests.get(target(), digest, true).error().code, Errc::not_found);
  EXPECT_EQ(client_.count(), 1u);

  clock_.advance(kNegativeTime);
  answer_with(kOld);
  EXPECT_TRUE(manifests.get(target(), digest, true).ok());
}

TEST_F(ManifestsTest, ADigestThatUpstreamKeepsFromOneTenantIsAskedForByAnother) {
  auto manifests = make();
  auto bob = target();
  auto alice = target();
  bob.as = std::make_shared<auth::Tenant>(auth::Tenant{"bob", {}});
  alice.as = std::make_shared<auth::Tenant>(auth::Tenant{"alice", {}});
  const std::string digest = sha256_of(kOld).str();
  upstream_answer_ = {.status = 404};
  ASSERT_EQ(manifests.get(bob, digest, true).error().code, Errc::not_found);
  EXPECT_EQ(manifests.standing(target(), digest).negative, std::nullopt);
  answer_with(kOld);

  EXPECT_EQ(manifests.get(bob, digest, true).error().cause, "negative");
  EXPECT_TRUE(manifests.get(alice, digest, true).ok());
}

TEST_F(ManifestsTest, AListOfTagsIsNone) {
  auto manifests = make();
  const auto list = tags_document({.tags = {"1"}, .next = {}});
  ASSERT_TRUE(store_->put_document(sha256_of(list.bytes), list).ok());

  const auto answer = manifests.get(target(), sha256_of(list.bytes).str(), /*want_bytes=*/true);

  EXPECT_EQ(answer.error().code, Errc::not_found);
}

TEST_F(ManifestsTest, MalformedReferencesNeverReachUpstream) {
  auto manifests = make();

  EXPECT_EQ(manifests.get(target(), ".x", true).error().code, Errc::not_found);
  EXPECT_EQ(manifests.get(target(), "sha256:short", true).error().code, Errc::invalid);
  EXPECT_EQ(client_.count(), 0u);
}

}  // namespace
}  // namespace larder::registry
