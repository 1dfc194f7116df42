#include "daemon/registry/image_children.h"

#include <gmock/gmock.h>

#include "tests/support/store_fixture.h"

namespace larder::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOciManifest[] = "application/vnd.oci.image.manifest.v1+json";
constexpr char kDockerManifest[] = "application/vnd.docker.distribution.manifest.v2+json";
constexpr char kOciIndex[] = "application/vnd.oci.image.index.v1+json";
constexpr char kDockerList[] = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr char kArtifact[] = "application/vnd.oci.artifact.manifest.v1+json";

const cache::Digest kA = testing::sha256_of("a");
const cache::Digest kB = testing::sha256_of("b");
const cache::Digest kC = testing::sha256_of("c");

// {"mediaType":"x/y","size":1,"digest":"sha256:.."}
std::string descriptor(const std::string& digest) {
  return R"({"mediaType":"x/y","size":1,"digest":")" + digest + R"("})";
}

std::string image_manifest() {
  return R"({"schemaVersion":2,"config":)" + descriptor(kA.str()) + R"(,"layers":[)" +
         descriptor(kB.str()) + "," + descriptor(kC.str()) + "]}";
}

std::string image_index() {
  return R"({"manifests":[)" + descriptor(kC.str()) + "," + descriptor(kA.str()) + "]}";
}

TEST(ImageChildren, OfAnImageManifestAreItsConfigAndLayers) {
  for (const char* const type : {kOciManifest, kDockerManifest, ""}) {
    EXPECT_THAT(image_children({type, image_manifest()}), ElementsAre(kA, kB, kC)) << type;
  }
}

TEST(ImageChildren, OfAnImageIndexAreItsManifests) {
  for (const char* const type : {kOciIndex, kDockerList, ""}) {
    EXPECT_THAT(image_children({type, image_index()}), ElementsAre(kC, kA)) << type;
  }
}

TEST(ImageChildren, OfAnArtifactManifestAreItsBlobsButNotItsSubject) {
  const std::string text = R"({"mediaType":")" + std::string(kArtifact) + R"(","blobs":[)" +
                           descriptor(kA.str()) + R"(],"subject":)" + descriptor(kB.str()) + "}";

  EXPECT_THAT(image_children({kArtifact, text}), ElementsAre(kA));
  EXPECT_THAT(image_children({"", text}), ElementsAre(kA));
}

TEST(ImageChildren, AreEachThereOnce) {
  const std::string text = R"({"config":)" + descriptor(kA.str()) + R"(,"layers":[)" +
                           descriptor(kB.str()) + "," + descriptor(kB.str()) + "]}";

  EXPECT_THAT(image_children({kOciManifest, text}), ElementsAre(kA, kB));
}

TEST(ImageChildren, LeaveOutWhatIsNoDigestOfOurs) {
  const std::string text = R"({"manifests":[)" + descriptor("md5:ab") + "," + descriptor("") +
                           R"(,{"digest":5},{},)" + descriptor(kA.str()) + "]}";

  EXPECT_THAT(image_children({kOciIndex, text}), ElementsAre(kA));
}

TEST(ImageChildren, AreBounded) {
  std::string text = R"({"manifests":[)";
  for (int i = 0; i < 5000; ++i)
    text += descriptor(testing::sha256_of(std::to_string(i)).str()) + ",";
  text.back() = ']';

  EXPECT_THAT(image_children({kOciIndex, text + "}"}), SizeIs(kImageChildrenMax));
}

class Childless : public ::testing::TestWithParam<cache::Document> {};

TEST_P(Childless, HaveNone) {
  EXPECT_THAT(image_children(GetParam()), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, Childless,
    ::testing::Values(cache::Document{kOciManifest, ""}, cache::Document{kOciManifest, "{}"},
                      cache::Document{kOciManifest, "[]"}, cache::Document{kOciManifest, "null"},
                      cache::Document{kOciManifest, "{\"config\":{},\"layers\":[]}"},
                      cache::Document{kOciManifest, image_manifest() + "x"},
                      cache::Document{kOciManifest, image_manifest().substr(0, 250)},
                      cache::Document{kOciManifest, image_index()},
                      cache::Document{kOciIndex, image_manifest()}, cache::Document{"", "<html>"},
                      cache::Document{"", descriptor(kA.str())},
                      cache::Document{"application/vnd.example+json", image_manifest()},
                      cache::Document{"application/vnd.oci.image.config.v1+json",
                                      image_manifest()}));

// Digests in places that are not a descriptor's own.
INSTANTIATE_TEST_SUITE_P(
    Misplaced, Childless,
    ::testing::Values(
        cache::Document{kOciIndex, R"({"manifests":)" + descriptor(kA.str()) + "}"},
        cache::Document{kOciIndex, R"({"manifests":[[)" + descriptor(kA.str()) + "]]}"},
        cache::Document{kOciIndex, R"({"manifests":[")" + kA.str() + R"("]})"},
        cache::Document{kOciIndex, R"({"manifests":[{"digest":[")" + kA.str() + R"("]}]})"},
        cache::Document{kOciIndex, R"({"manifests":[{"x":)" + descriptor(kA.str()) + "}]}"},
        cache::Document{kOciIndex, R"({"x":{"manifests":[)" + descriptor(kA.str()) + "]}}"},
        cache::Document{kOciIndex, "[" + image_index() + "]"},
        cache::Document{kOciManifest, R"({"config":[)" + descriptor(kA.str()) + "]}"},
        cache::Document{kOciManifest, R"({"layers":)" + descriptor(kA.str()) + "}"}));

TEST(ImageChildren, SurviveDeepNesting) {
  const std::string deep(1'000'000, '[');

  EXPECT_THAT(image_children({kOciIndex, "{\"manifests\":" + deep}), IsEmpty());
}

}  // namespace
}  // namespace larder::registry
