// What every Index must do about blobs, documents and tags.
#include "tests/support/index_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::at;
using larder::testing::blob_of;
using larder::testing::digest_of_text;
using larder::testing::every_index_kind;
using larder::testing::IndexContract;
using larder::testing::kBusybox;
using larder::testing::name_of_kind;
using larder::testing::tag_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

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

  ASSERT_TRUE(remove(digest).ok());

  EXPECT_EQ(index_->find_blob(digest).value(), std::nullopt);
  EXPECT_EQ(index_->find_document(digest).value(), std::nullopt);
}

TEST_P(IndexContract, RemovesWhatIsNotThere) {
  EXPECT_TRUE(remove(digest_of_text("a")).ok());
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

  ASSERT_TRUE(remove(digest_of_text("c")).ok());

  const IndexTotals expected{
      .blobs = 2, .blob_bytes = 210, .disk_bytes = 8192, .probation_bytes = 8192, .tags = 1};
  EXPECT_EQ(index_->totals().value(), expected);
}

TEST_P(IndexContract, CountsTheBlocksAFileTakes) {
  ASSERT_TRUE(index_->put_blob(digest_of_text("a"), blob_of(4096), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("b"), blob_of(4097), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digest_of_text("c"), blob_of(0), std::nullopt).ok());

  EXPECT_EQ(index_->totals()->disk_bytes, 3 * 4096);
}

TEST_P(IndexContract, RemovesManyBlobsAtOnceAndNoOthers) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(index_->put_blob(digest_of_text(name), blob_of(1), Document{"t", name}).ok());
  }

  const std::vector<Digest> gone{digest_of_text("a"), digest_of_text("absent"),
                                 digest_of_text("c")};
  ASSERT_TRUE(index_->remove_blobs(gone).ok());

  EXPECT_THAT(index_->blobs_after({}, 10).value(),
              ElementsAre(Pair(digest_of_text("b"), blob_of(1))));
  EXPECT_EQ(index_->find_document(digest_of_text("c")).value(), std::nullopt);
  EXPECT_EQ(index_->totals()->disk_bytes, 4096);
}

TEST_P(IndexContract, RemovesABlobNamedTwiceOnce) {
  ASSERT_TRUE(index_->put_blob(digest_of_text("a"), blob_of(1), std::nullopt).ok());

  const std::vector<Digest> twice(2, digest_of_text("a"));
  ASSERT_TRUE(index_->remove_blobs(twice).ok());

  EXPECT_EQ(index_->totals().value(), IndexTotals{});
}

TEST_P(IndexContract, AddsTheBlobsThatHaveNoRecord) {
  const Digest known = digest_of_text("known");
  ASSERT_TRUE(index_->put_blob(known, blob_of(1), Document{"t", "known"}).ok());
  BlobRecord found = blob_of(7);
  found.media_type.clear();

  const std::vector<std::pair<Digest, BlobRecord>> both{{known, found},
                                                        {digest_of_text("new"), found}};
  ASSERT_TRUE(index_->add_blobs(both).ok());

  EXPECT_EQ(index_->find_blob(known).value(), blob_of(1));
  EXPECT_NE(index_->find_document(known).value(), std::nullopt);
  EXPECT_EQ(index_->find_blob(digest_of_text("new")).value(), found);
  EXPECT_EQ(index_->totals()->blobs, 2);
  EXPECT_THAT(index_->candidates(Queue::probation, 0, 10).value(), SizeIs(2));
}

TEST_P(IndexContract, WalksAllBlobsInStepsInTheOrderOfTheirDigests) {
  std::vector<Digest> digests{digest_of_text("long", DigestAlgorithm::sha512)};
  for (const char* name : {"a", "b", "c", "d"}) digests.push_back(digest_of_text(name));
  for (const Digest& digest : digests) {
    ASSERT_TRUE(index_->put_blob(digest, blob_of(1), Document{"t", "x"}).ok());
  }
  std::sort(digests.begin(), digests.end());

  const auto first = index_->blobs_after({}, 2).value();
  const auto second = index_->blobs_after(digests[1], 2).value();
  const auto third = index_->blobs_after(digests[3], 2).value();

  EXPECT_THAT(first, ElementsAre(Pair(digests[0], blob_of(1)), Pair(digests[1], blob_of(1))));
  EXPECT_THAT(second, ElementsAre(Pair(digests[2], blob_of(1)), Pair(digests[3], blob_of(1))));
  EXPECT_THAT(third, ElementsAre(Pair(digests[4], blob_of(1))));
  EXPECT_THAT(index_->blobs_after(digests[4], 2).value(), IsEmpty());
}

TEST_P(IndexContract, WalksOnFromABlobThatIsGone) {
  std::vector<Digest> digests{digest_of_text("a"), digest_of_text("b"), digest_of_text("c")};
  std::sort(digests.begin(), digests.end());
  ASSERT_TRUE(index_->put_blob(digests[0], blob_of(1), std::nullopt).ok());
  ASSERT_TRUE(index_->put_blob(digests[2], blob_of(3), std::nullopt).ok());

  EXPECT_THAT(index_->blobs_after(digests[1], 5).value(),
              ElementsAre(Pair(digests[2], blob_of(3))));
  EXPECT_THAT(index_->blobs_after({}, 0).value(), IsEmpty());
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
  ASSERT_TRUE(index_->put_tag(kBusybox, tag_of("a")).ok());
  ASSERT_TRUE(index_->put_tag({"quay.io", "b", "c"}, tag_of("b")).ok());

  int visits = 0;
  const Status done = index_->for_each_tag([&visits](const TagName&, const TagRecord&) {
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

INSTANTIATE_TEST_SUITE_P(Every, IndexContract, every_index_kind(), name_of_kind);

}  // namespace
}  // namespace larder::cache
