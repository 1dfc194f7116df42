// What image_children_test.cc does not tell: sizes, types, platforms and the kind of a document.
#include "daemon/registry/image_contents.h"

#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace larder::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ImageContents::Kind;

constexpr char kManifest[] = "application/vnd.oci.image.manifest.v1+json";
constexpr char kIndex[] = "application/vnd.oci.image.index.v1+json";
constexpr char kArtifact[] = "application/vnd.oci.artifact.manifest.v1+json";

const cache::Digest kA = testing::sha256_of("a");
const cache::Digest kB = testing::sha256_of("b");

// {"mediaType":"x/y","digest":"sha256:..","size":5,<more>}
std::string descriptor(const cache::Digest& digest, const std::string& more = "") {
  return R"({"mediaType":"x/y","digest":")" + digest.str() + R"(","size":5)" + more + "}";
}

TEST(ImageContents, OfAManifestAreItsConfigAndLayersWithTheirSizes) {
  const auto contents = image_contents(
      {kManifest, R"({"layers":[)" + descriptor(kB) + R"(],"config":)" + descriptor(kA) + "}"});

  EXPECT_EQ(contents.kind, Kind::manifest);
  EXPECT_TRUE(contents.has_config);
  EXPECT_THAT(contents.parts,
              ElementsAre(Descriptor{kA, "x/y", 5, {}}, Descriptor{kB, "x/y", 5, {}}))
      << "the config first, wherever its field stands";
}

TEST(ImageContents, OfAnIndexAreItsManifestsWithTheirPlatforms) {
  const auto contents = image_contents(
      {kIndex,
       R"({"manifests":[)" +
           descriptor(kA, R"(,"platform":{"os":"linux","architecture":"arm64",)"
                          R"("variant":"v8","os.features":["a"]},"annotations":{"os":"x"})") +
           "," + descriptor(kB) + "]}"});

  EXPECT_EQ(contents.kind, Kind::index);
  EXPECT_FALSE(contents.has_config);
  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kA, "x/y", 5, {"linux", "arm64", "v8"}},
                                          Descriptor{kB, "x/y", 5, {}}));
}

TEST(ImageContents, OfAnArtifactAreItsBlobs) {
  const auto contents = image_contents({kArtifact, R"({"blobs":[)" + descriptor(kA) + "]}"});

  EXPECT_EQ(contents.kind, Kind::artifact);
  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kA, "x/y", 5, {}}));
}

TEST(ImageContents, TakeNoFieldFromDeeperDown) {
  const auto contents = image_contents(
      {kIndex, R"({"manifests":[{"digest":")" + kA.str() +
                   R"(","platform":{"x":{"os":"deep"},"digest":"deep","mediaType":"deep"},)"
                   R"("data":{"platform":{"os":"deep"},"size":9}}]})"});

  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kA, "", 0, {}}));
}

TEST(ImageContents, WithASizeThatIsNoneHaveNone) {
  for (const char* const size : {"-1", "1.5", "\"5\"", "null", "{\"size\":5}"}) {
    const auto contents = image_contents(
        {kManifest, R"({"layers":[{"digest":")" + kA.str() + R"(","size":)" + size + "}]}"});

    EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kA, "", 0, {}})) << size;
  }
}

class NoContents : public ::testing::TestWithParam<cache::Document> {};

TEST_P(NoContents, HaveNoParts) {
  EXPECT_THAT(image_contents(GetParam()).parts, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, NoContents,
    ::testing::Values(cache::Document{kManifest, ""}, cache::Document{kManifest, "garbage"},
                      cache::Document{kManifest, R"({"layers":[{"size":5}]})"},
                      cache::Document{kIndex, R"({"manifests":[{"platform":{"os":"linux"}}]})"},
                      cache::Document{kIndex, R"({"manifests":[)" + descriptor(kA)},
                      cache::Document{"text/plain", R"({"layers":[)" + descriptor(kA) + "]}"}));

}  // namespace
}  // namespace larder::registry
