#include "cache/image_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ImageGraphTest : public testing::EvictionFixture {
 protected:
  // What a victim that is gone leaves behind.
  std::vector<Digest> left_by(const std::string& name) {
    const WallTime used_at = index_.find_blob(digest(name)).value()->used_at;
    return graph_
        .left_behind(digest(name), used_at,
                     [&](const Digest& other) { return other == digest(name); })
        .value();
  }

  const ImageGraph graph_{index_};
};

TEST_F(ImageGraphTest, APinProtectsItsBlobAndTwoLevelsBelow) {
  contains("index", {"manifest"});
  contains("manifest", {"config", "layer"});
  pin("index");

  EXPECT_TRUE(graph_.is_pinned(digest("index")).value());
  EXPECT_TRUE(graph_.is_pinned(digest("manifest")).value());
  EXPECT_TRUE(graph_.is_pinned(digest("layer")).value());
  EXPECT_FALSE(graph_.is_pinned(digest("other")).value());
}

TEST_F(ImageGraphTest, APinDoesNotProtectWhatIsAboveOrBeside) {
  contains("manifest", {"config", "layer"});
  pin("layer");

  EXPECT_FALSE(graph_.is_pinned(digest("manifest")).value());
  EXPECT_FALSE(graph_.is_pinned(digest("config")).value());
}

TEST_F(ImageGraphTest, APinIsFoundThroughAnyOfManyParents) {
  for (int i = 0; i < 50; ++i) contains("manifest" + std::to_string(i), {"base"});
  EXPECT_FALSE(graph_.is_pinned(digest("base")).value());

  pin("manifest37");

  EXPECT_TRUE(graph_.is_pinned(digest("base")).value());
}

TEST_F(ImageGraphTest, PinsThatCannotBeReadAreAnError) {
  pin("blob");
  index_.fail_reads(Errc::corrupt);

  EXPECT_EQ(graph_.is_pinned(digest("blob")).error().code, Errc::corrupt);
}

TEST_F(ImageGraphTest, AVictimLeavesTheRestOfItsImageBehind) {
  contains("manifest", {"config", "layer1", "layer2"});
  for (const char* name : {"manifest", "config", "layer1", "layer2"}) add(name, 1);

  EXPECT_THAT(left_by("layer1"),
              UnorderedElementsAre(digest("manifest"), digest("config"), digest("layer2")));
  EXPECT_THAT(left_by("manifest"),
              UnorderedElementsAre(digest("config"), digest("layer1"), digest("layer2")));
}

TEST_F(ImageGraphTest, WhatAnotherWholeImageNeedsIsNotLeftBehind) {
  contains("old", {"base", "app1"});
  contains("new", {"base", "app2"});
  for (const char* name : {"old", "new", "base", "app1", "app2"}) add(name, 1);

  EXPECT_THAT(left_by("app1"), UnorderedElementsAre(digest("old")));
}

TEST_F(ImageGraphTest, WhatIsInMainOrWasUsedSinceIsNotLeftBehind) {
  contains("manifest", {"config", "layer", "hot"});
  add("manifest", 1, Queue::main);
  add("config", 1);
  add("layer", 1);
  clock_.advance(std::chrono::minutes(11));
  add("hot", 1);

  EXPECT_THAT(left_by("layer"), UnorderedElementsAre(digest("config")));
}

TEST_F(ImageGraphTest, ABlobOfManyImagesLeavesNothingBehind) {
  add("base", 1);
  for (int i = 0; i < 9; ++i) {
    const std::string number = std::to_string(i);
    contains("manifest" + number, {"base", "layer" + number});
    add("layer" + number, 1);
  }

  EXPECT_THAT(left_by("base"), IsEmpty());
}

TEST_F(ImageGraphTest, ABlobWithoutImagesLeavesNothingBehind) {
  add("blob", 1);
  add("other", 1);

  EXPECT_THAT(left_by("blob"), IsEmpty());
}

TEST_F(ImageGraphTest, FindsWhatOnlyTheseDocumentsReferTo) {
  contains("index", {"amd64", "arm64"});
  contains("amd64", {"common", "shared", "layer"});
  contains("arm64", {"common"});
  contains("other", {"shared"});
  const Digest document = digest("index");

  EXPECT_THAT(graph_.only_of({&document, 1}).value(),
              UnorderedElementsAre(digest("index"), digest("amd64"), digest("arm64"),
                                   digest("common"), digest("layer")));
}

}  // namespace
}  // namespace larder::cache
