// What every Index must do, run on the one in memory and the one in LMDB.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cache/lmdb_index.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_index.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;
using larder::testing::MemoryIndex;
using larder::testing::TempDirectory;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using MakeIndex = std::function<std::unique_ptr<Index>(const std::filesystem::path&)>;

std::unique_ptr<Index> make_memory_index(const std::filesystem::path&) {
  return std::make_unique<MemoryIndex>();
}

std::unique_ptr<Index> make_lmdb_index(const std::filesystem::path& directory) {
  return LmdbIndex::open({.directory = directory, .map_bytes = 16 << 20}).value();
}

class IndexContract : public ::testing::TestWithParam<MakeIndex> {
 protected:
  TempDirectory directory_;
  std::unique_ptr<Index> index_ = GetParam()(directory_.path());
};

INSTANTIATE_TEST_SUITE_P(Memory, IndexContract, ::testing::Values(make_memory_index));
INSTANTIATE_TEST_SUITE_P(Lmdb, IndexContract, ::testing::Values(make_lmdb_index));

WallTime at(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

BlobRecord blob_of(std::uint64_t size_bytes) {
  return {size_bytes, "application/vnd.oci.image.layer.v1.tar+gzip", at(1'700'000'000'123'456'789)};
}

const TagName kBusybox{"docker.io", "library/busybox", "latest"};

TagRecord tag_of(std::string_view manifest) {
  return {digest_of_text(manifest), "application/vnd.oci.image.index.v1+json", manifest.size(),
          at(1'700'000'000'000'000'001), at(1'700'000'100'000'000'002)};
}

TEST_P(IndexContract, FindsNothingInAnEmptyIndex) {
  EXPECT_EQ(index_->find_blob(digest_of_text("a")).value(), std::nullopt);
  EXPECT_EQ(index_->find_document(digest_of_text("a")).value(), std::nullopt);
  EXPECT_EQ(index_->find_tag(kBusybox).value(), std::nullopt);
}

TEST_P(IndexContract, FindsABlobAsItWasPut) {
  const Digest digest = digest_of_text("layer");
  const BlobRecord record = blob_of(1ULL << 40);

  ASSERT_TRUE(index_->put_blob(digest, record, std::nullopt).ok());

  EXPECT_EQ(index_->find_blob(digest).value(), record);
  EXPECT_EQ(index_->find_document(digest).value(), std::nullopt);
}

TEST_P(IndexContract, TellsAlgorithmsApart) {
  const Digest digest = digest_of_text("layer", DigestAlgorithm::sha512);

  ASSERT_TRUE(index_->put_blob(digest, blob_of(5), std::nullopt).ok());

  EXPECT_EQ(index_->find_blob(digest).value(), blob_of(5));
  EXPECT_EQ(index_->find_blob(digest_of_text("layer")).value(), std::nullopt);
}

TEST_P(IndexContract, KeepsADocumentOf64KiBByteForByte) {
  std::string bytes(64 << 10, 'x');
  bytes[1] = '\0';
  const Document document{"application/vnd.oci.image.manifest.v1+json", bytes};
  const Digest digest = digest_of_text(bytes);

  ASSERT_TRUE(index_->put_blob(digest, blob_of(bytes.size()), document).ok());

  EXPECT_EQ(index_->find_document(digest).value(), document);
}

TEST_P(IndexContract, KeepsAnEmptyDocumentWithoutMediaType) {
  const Digest digest = digest_of_text("");

  ASSERT_TRUE(index_->put_blob(digest, {}, Document{}).ok());

  EXPECT_EQ(index_->find_document(digest).value(), Document{});
}

TEST_P(IndexContract, ReplacesABlobWithItsDocument) {
  const Digest digest = digest_of_text("{}");
  ASSERT_TRUE(index_->put_blob(digest, blob_of(2), Document{"text/plain", "{}"}).ok());

  ASSERT_TRUE(index_->put_blob(digest, blob_of(3), std::nullopt).ok());

  EXPECT_EQ(index_->find_blob(digest).value(), blob_of(3));
  EXPECT_EQ(index_->find_document(digest).value(), std::nullopt);
}

TEST_P(IndexContract, RemovesABlobWithItsDocument) {
  const Digest digest = digest_of_text("{}");
  ASSERT_TRUE(index_->put_blob(digest, blob_of(2), Document{"text/plain", "{}"}).ok());

  ASSERT_TRUE(index_->remove_blob(digest).ok());

  EXPECT_EQ(index_->find_blob(digest).value(), std::nullopt);
  EXPECT_EQ(index_->find_document(digest).value(), std::nullopt);
}

TEST_P(IndexContract, RemovesWhatIsNotThere) {
  EXPECT_TRUE(index_->remove_blob(digest_of_text("a")).ok());
  EXPECT_TRUE(index_->remove_tag(kBusybox).ok());

  EXPECT_EQ(index_->totals().value(), IndexTotals{});
}

TEST_P(IndexContract, FindsATagAsItWasPut) {
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("manifest")).ok());

  EXPECT_EQ(index_->find_tag(kBusybox).value(), tag_of("manifest"));
}

TEST_P(IndexContract, MovesATag) {
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("before")).ok());

  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("after")).ok());

  EXPECT_EQ(index_->find_tag(kBusybox).value(), tag_of("after"));
  EXPECT_EQ(index_->totals()->tags, 1);
}

TEST_P(IndexContract, RemovesATagAndNoOther) {
  const TagName other{"quay.io", "library/busybox", "latest"};
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("one")).ok());
  ASSERT_TRUE(index_->put_tag(other, tag_of("two")).ok());

  ASSERT_TRUE(index_->remove_tag(kBusybox).ok());

  EXPECT_EQ(index_->find_tag(kBusybox).value(), std::nullopt);
  EXPECT_EQ(index_->find_tag(other).value(), tag_of("two"));
}

TEST_P(IndexContract, KeepsATagWithTheLongestName) {
  const TagName name{std::string(255, 'h'), std::string(255, 'r'), std::string(128, 't')};

  ASSERT_TRUE(index_->put_tag(name, tag_of("manifest")).ok());

  EXPECT_EQ(index_->find_tag(name).value(), tag_of("manifest"));
}

TEST_P(IndexContract, CountsBlobsBytesAndTags) {
  ASSERT_TRUE(index_->put_blob(digest_of_text("a"), blob_of(10), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("b"), blob_of(100), Document{"t", "b"}).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("b"), blob_of(200), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("c"), blob_of(1000), std::nullopt).ok());
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("a")).ok());

  ASSERT_TRUE(index_->remove_blob(digest_of_text("c")).ok());

  EXPECT_EQ(index_->totals().value(), (IndexTotals{2, 210, 1}));
}

TEST_P(IndexContract, VisitsEveryBlobAndNothingElse) {
  ASSERT_TRUE(index_->put_blob(digest_of_text("a"), blob_of(1), Document{"t", "a"}).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("b"), blob_of(2), std::nullopt).ok());
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("a")).ok());

  std::vector<Digest> seen;
  const Status done = index_->for_each_blob([&seen](const Digest& digest, const BlobRecord&) {
    seen.push_back(digest);
    return true;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_THAT(seen, UnorderedElementsAre(digest_of_text("a"), digest_of_text("b")));
}

TEST_P(IndexContract, VisitsEveryTagWithItsWholeName) {
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("a")).ok());

  std::vector<TagName> names;
  std::vector<TagRecord> records;
  const Status done = index_->for_each_tag([&](const TagName& name, const TagRecord& record) {
    names.push_back(name);
    records.push_back(record);
    return true;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_THAT(names, ElementsAre(kBusybox));
  EXPECT_THAT(records, ElementsAre(tag_of("a")));
}

TEST_P(IndexContract, StopsVisitingWhenTold) {
  ASSERT_TRUE(index_->put_blob(digest_of_text("a"), blob_of(1), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("b"), blob_of(2), std::nullopt).ok());

  int visits = 0;
  const Status done = index_->for_each_blob([&visits](const Digest&, const BlobRecord&) {
    ++visits;
    return false;
  });

  EXPECT_TRUE(done.ok());
  EXPECT_EQ(visits, 1);
}

TEST_P(IndexContract, TakesReadsAndWritesFromManyThreads) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 5; ++i) {
        const Digest digest = digest_of_text(std::to_string(thread) + "/" + std::to_string(i));
        EXPECT_TRUE(index_->put_blob(digest, blob_of(1), std::nullopt).ok());
        EXPECT_EQ(index_->find_blob(digest).value(), blob_of(1));
      }
    });
  }

  threads.clear();  // joins

  EXPECT_EQ(index_->totals()->blobs, 20);
}

}  // namespace
}  // namespace larder::cache
