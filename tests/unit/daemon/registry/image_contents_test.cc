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
constexpr char kIndexType[] = "application/vnd.oci.image.index.v1+json";
constexpr char kArtifactType[] = "application/vnd.oci.artifact.manifest.v1+json";

const cache::Digest kFirst = testing::sha256_of("a");
const cache::Digest kSecond = testing::sha256_of("b");

// {"mediaType":"x/y","digest":"sha256:..","size":5,<more>}
std::string descriptor(const cache::Digest& digest, const std::string& more = "") {
  return R"({"mediaType":"x/y","digest":")" + digest.str() + R"(","size":5)" + more + "}";
}

TEST(ImageContents, OfAManifestAreItsConfigAndLayersWithTheirSizes) {
  const auto contents =
      image_contents({kManifest, R"({"layers":[)" + descriptor(kSecond) + R"(],"config":)" +
                                     descriptor(kFirst) + "}"});

  EXPECT_EQ(contents.kind, Kind::manifest);
  EXPECT_TRUE(contents.has_config);
  EXPECT_THAT(contents.parts,
              ElementsAre(Descriptor{kFirst, "x/y", 5, {}}, Descriptor{kSecond, "x/y", 5, {}}))
      << "the config first, wherever its field stands";
}

TEST(ImageContents, OfAnIndexAreItsManifestsWithTheirPlatforms) {
  const auto contents = image_contents(
      {kIndexType,
       R"({"manifests":[)" +
           descriptor(kFirst, R"(,"platform":{"os":"linux","architecture":"arm64",)"
                              R"("variant":"v8","os.features":["a"]},"annotations":{"os":"x"})") +
           "," + descriptor(kSecond) + "]}"});

  EXPECT_EQ(contents.kind, Kind::index);
  EXPECT_FALSE(contents.has_config);
  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kFirst, "x/y", 5, {"linux", "arm64", "v8"}},
                                          Descriptor{kSecond, "x/y", 5, {}}));
}

TEST(ImageContents, OfAnArtifactAreItsBlobs) {
  const auto contents =
      image_contents({kArtifactType, R"({"blobs":[)" + descriptor(kFirst) + "]}"});

  EXPECT_EQ(contents.kind, Kind::artifact);
  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kFirst, "x/y", 5, {}}));
}

TEST(ImageContents, TakeNoFieldFromDeeperDown) {
  const auto contents = image_contents(
      {kIndexType, R"({"manifests":[{"digest":")" + kFirst.str() +
                       R"(","platform":{"x":{"os":"deep"},"digest":"deep","mediaType":"deep"},)"
                       R"("data":{"platform":{"os":"deep"},"size":9}}]})"});

  EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kFirst, "", 0, {}}));
}

TEST(ImageContents, WithASizeThatIsNoneHaveNone) {
  for (const char* const size : {"-1", "1.5", "\"5\"", "null", "{\"size\":5}"}) {
    const auto contents = image_contents(
        {kManifest, R"({"layers":[{"digest":")" + kFirst.str() + R"(","size":)" + size + "}]}"});

    EXPECT_THAT(contents.parts, ElementsAre(Descriptor{kFirst, "", 0, {}})) << size;
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
                      cache::Document{kIndexType, R"({"manifests":[{"platform":{"os":"linux"}}]})"},
                      cache::Document{kIndexType, R"({"manifests":[)" + descriptor(kFirst)},
                      cache::Document{"text/plain", R"({"layers":[)" + descriptor(kFirst) + "]}"}));

}  // namespace
}  // namespace larder::registry
