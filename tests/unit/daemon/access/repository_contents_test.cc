// Which digests belong to a repository, by what the cache holds and upstream was seen to have.
#include "daemon/access/repository_contents.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";

class RepositoryContentsTest : public testing::RegistryFixture {
 protected:
  cache::Digest put(const std::string& type, const std::string& bytes) {
    const auto digest = testing::sha256_of(bytes);
    EXPECT_TRUE(store_->put_document(digest, {type, bytes}).ok());
    return digest;
  }
  static std::string descriptor(const cache::Digest& digest) {
    return R"({"mediaType":"x","size":3,"digest":")" + digest.str() + "\"}";
  }
  static std::string manifest_of(const cache::Digest& layer) {
    return R"({"schemaVersion":2,"layers":[)" + descriptor(layer) + "]}";
  }
  static std::string index_of(const cache::Digest& manifest) {
    return R"({"schemaVersion":2,"manifests":[)" + descriptor(manifest) + "]}";
  }
  void tag(const std::string& name, const cache::Digest& digest,
           const std::string& repository = "app") {
    store_->put_tag({"reg.test", repository, name}, {digest, kManifestType, 1, {}, {}});
  }
  registry::Target elsewhere() { return {upstreams_.find("reg.test"), "other"}; }

  const cache::Digest layer_ = testing::sha256_of("layer");
  RepositoryContents contents_{*store_, clock_};
};

TEST_F(RepositoryContentsTest, HoldNothingThatIsNotKnownToBelong) {
  put(kManifestType, manifest_of(layer_));

  EXPECT_FALSE(contents_.holds(target(), layer_));
}

TEST_F(RepositoryContentsTest, HoldWhatATagLeadsTo) {
  const auto manifest = put(kManifestType, manifest_of(layer_));
  const auto index = put(kIndexType, index_of(manifest));
  tag("7", index);

  EXPECT_TRUE(contents_.holds(target(), layer_));
  EXPECT_TRUE(contents_.holds(target(), manifest));
  EXPECT_TRUE(contents_.holds(target(), index));
  EXPECT_FALSE(contents_.holds(target(), testing::sha256_of("another layer")));
}

TEST_F(RepositoryContentsTest, AreARepositorysOwn) {
  tag("7", put(kManifestType, manifest_of(layer_)));

  EXPECT_TRUE(contents_.holds(target(), layer_));
  EXPECT_FALSE(contents_.holds(elsewhere(), layer_));
}

TEST_F(RepositoryContentsTest, HoldWhatUpstreamHasAndWhatThatRefersTo) {
  const auto manifest = put(kManifestType, manifest_of(layer_));

  contents_.note(target(), manifest);

  EXPECT_TRUE(contents_.holds(target(), manifest));
  EXPECT_TRUE(contents_.holds(target(), layer_));
  EXPECT_FALSE(contents_.holds(elsewhere(), manifest));
}

TEST_F(RepositoryContentsTest, HoldTheLayersOfAManifestThatComesLater) {
  const std::string bytes = manifest_of(layer_);
  contents_.note(target(), testing::sha256_of(bytes));
  ASSERT_FALSE(contents_.holds(target(), layer_));

  put(kManifestType, bytes);

  EXPECT_TRUE(contents_.holds(target(), layer_));
}

TEST_F(RepositoryContentsTest, HoldWhatATagThatWasAskedForMeansByNow) {
  ASSERT_FALSE(contents_.holds(target(), layer_)) << "all tags were read, and there was none";
  tag("7", put(kManifestType, manifest_of(layer_)));
  ASSERT_FALSE(contents_.holds(target(), layer_)) << "nor is that done at every question";

  contents_.note_tag(target(), "7");

  EXPECT_TRUE(contents_.holds(target(), layer_));
}

TEST_F(RepositoryContentsTest, ReadAllTagsAgainAfterAWhile) {
  ASSERT_FALSE(contents_.holds(target(), layer_));
  tag("7", put(kManifestType, manifest_of(layer_)));

  clock_.advance(10s - 1ns);
  EXPECT_FALSE(contents_.holds(target(), layer_));
  clock_.advance(1ns);
  EXPECT_TRUE(contents_.holds(target(), layer_));
}

TEST_F(RepositoryContentsTest, DoNotTakeALayerForAManifest) {
  const auto inner = put(kManifestType, manifest_of(layer_));
  tag("7", put(kManifestType, manifest_of(inner)));

  EXPECT_TRUE(contents_.holds(target(), inner));
  EXPECT_FALSE(contents_.holds(target(), layer_));
}

TEST_F(RepositoryContentsTest, ForgetTheRepositoryThatWasUsedLongestAgo) {
  for (std::size_t i = 0; i <= RepositoryContents::kRepositoriesMax; ++i) {
    clock_.advance(1ms);
    contents_.note({upstreams_.find("reg.test"), "app" + std::to_string(i)}, layer_);
  }

  EXPECT_TRUE(contents_.holds({upstreams_.find("reg.test"), "app512"}, layer_));
  EXPECT_TRUE(contents_.holds({upstreams_.find("reg.test"), "app1"}, layer_));
  EXPECT_FALSE(contents_.holds({upstreams_.find("reg.test"), "app0"}, layer_));
}

TEST_F(RepositoryContentsTest, AreBounded) {
  contents_.note(target(), layer_);
  for (std::size_t i = 0; i < RepositoryContents::kDigestsMax; ++i) {
    contents_.note(target(), testing::sha256_of(std::to_string(i)));
  }

  EXPECT_FALSE(contents_.holds(target(), layer_)) << "it is asked for again";
}

}  // namespace
}  // namespace larder::access
