// Documents and tags through the store: found at once, lasting soon.
#include <gtest/gtest.h>

#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::pattern_bytes;
using testing::sha256_of;
using testing::StoreFixture;

using Strings = std::vector<std::string>;

class StoreDocuments : public StoreFixture {
 protected:
  void put_tag(const TagName& name) { store_->put_tag(name, {sha256_of("{}"), "m", 2, {}, {}}); }
  Strings tags_of(const std::string& after, std::size_t count) const {
    return store_->tags_of("reg.test", "app", after, count);
  }
};

const char kType[] = "application/vnd.oci.image.manifest.v1+json";

TEST_F(StoreDocuments, AreFoundAtOnceAndAfterARestart) {
  const Document manifest{kType, R"({"schemaVersion":2})"};
  const auto digest = sha256_of(manifest.bytes);

  ASSERT_TRUE(store_->put_document(digest, manifest).ok());
  EXPECT_EQ(store_->find_document(digest), manifest);
  make_store({});

  EXPECT_EQ(store_->find_document(digest), manifest);
}

TEST_F(StoreDocuments, AreRefusedWhenTheyDoNotMatchTheirDigest) {
  const Status put = store_->put_document(sha256_of("other"), {kType, "{}"});

  EXPECT_EQ(put.error().code, Errc::corrupt);
  EXPECT_EQ(store_->find_document(sha256_of("other")), std::nullopt);
}

TEST_F(StoreDocuments, TooLargeForTheIndexAreReadFromTheirFile) {
  const Document large{kType, pattern_bytes(kIndexedDocumentBytesMax + 1)};
  const auto digest = sha256_of(large.bytes);
  ASSERT_TRUE(store_->put_document(digest, large).ok());

  make_store({});

  EXPECT_EQ(*index_.find_document(digest), std::nullopt);
  EXPECT_EQ(store_->find_document(digest), large);
}

TEST_F(StoreDocuments, AreBlobsToo) {
  const Document manifest{kType, R"({"schemaVersion":2})"};
  const auto digest = sha256_of(manifest.bytes);
  ASSERT_TRUE(store_->put_document(digest, manifest).ok());

  const auto reader = store_->open_cached_blob(digest);

  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(*testing::read_range(*reader, 0), manifest.bytes);
}

TEST_F(StoreDocuments, ASmallBlobIsServedFromTheIndexWithoutAMediaType) {
  const std::string config = R"({"architecture":"amd64"})";
  (void)testing::read_range(*open(sha256_of(config), {source(config)}), 0);
  executor_->wait();
  const std::size_t opened = files_.calls(testing::FileCall::open_read);

  const auto reader = store_->open_cached_blob(sha256_of(config));

  EXPECT_EQ(*testing::read_range(*reader, 0), config);
  EXPECT_EQ(files_.calls(testing::FileCall::open_read), opened);
  EXPECT_EQ(store_->find_document(sha256_of(config)), (Document{"", config}));
}

TEST_F(StoreDocuments, ADamagedFileIsNotReadBack) {
  const Document large{kType, pattern_bytes(kIndexedDocumentBytesMax + 1)};
  const auto digest = sha256_of(large.bytes);
  ASSERT_TRUE(store_->put_document(digest, large).ok());
  store_->flush();

  const std::string hex = digest.hex();
  const auto file = files_.open_write("/cache/blobs/sha256/" + hex.substr(0, 2) + "/" + hex);
  ASSERT_TRUE((*file)->write_at(0, std::as_bytes(std::span("x", 1))).ok());

  EXPECT_EQ(store_->find_document(digest), std::nullopt);
  EXPECT_EQ(observer_.corrupt_sources(), std::vector<std::string>{"disk"});
}

TEST_F(StoreDocuments, ALostIndexStillFindsTheBytes) {
  const Document manifest{kType, R"({"schemaVersion":2})"};
  const auto digest = sha256_of(manifest.bytes);
  ASSERT_TRUE(store_->put_document(digest, manifest).ok());
  store_->flush();

  lose_record(digest);

  EXPECT_EQ(store_->find_document(digest), (Document{"", manifest.bytes}));
}

TEST_F(StoreDocuments, AManifestThatArrivesAsABlobMeanwhileStaysAManifest) {
  const Document manifest{kType, R"({"schemaVersion":2})"};
  const auto digest = sha256_of(manifest.bytes);
  const auto upstream = source(manifest.bytes, {.holds_at = 0});
  const auto reader = open(digest, {upstream});
  upstream->wait_until_held();

  ASSERT_TRUE(store_->put_document(digest, manifest).ok());
  store_->flush();
  upstream->release();
  EXPECT_EQ(*testing::read_range(*reader, 0), manifest.bytes);
  executor_->wait();

  EXPECT_EQ(store_->find_document(digest), manifest);
  EXPECT_EQ(observer_.degraded, 0);
}

TEST_F(StoreDocuments, ADeadIndexCostsTheTagsAndNoBytes) {
  const Document manifest{kType, "{}"};
  ASSERT_TRUE(store_->put_document(sha256_of("{}"), manifest).ok());
  executor_->wait();

  index_.fail_reads(Errc::corrupt);

  EXPECT_EQ(store_->find_document(sha256_of("{}")), (Document{"", "{}"}));
  EXPECT_EQ(store_->find_tag({"docker.io", "library/redis", "7"}), std::nullopt);
}

TEST_F(StoreDocuments, TagsAreFoundAtOnceAndAfterARestart) {
  const TagName name{"docker.io", "library/redis", "7"};
  const TagRecord record{sha256_of("{}"), kType, 2, clock_.wall(), clock_.wall()};

  store_->put_tag(name, record);
  EXPECT_EQ(store_->find_tag(name), record);
  make_store({});

  EXPECT_EQ(store_->find_tag(name), record);
}

TEST_F(StoreDocuments, TheTagsOfARepositoryAreTheKnownOnesInOrder) {
  for (const char* tag : {"b", "10", "a", "?tags&n=2", "B"}) put_tag({"reg.test", "app", tag});
  executor_->wait();
  put_tag({"reg.test", "app", "2"});
  put_tag({"reg.test", "app/b", "other"});
  put_tag({"quay.io", "app", "other"});

  EXPECT_EQ(tags_of("", 9), (Strings{"10", "2", "B", "a", "b"}));
  EXPECT_EQ(tags_of("", 2), (Strings{"10", "2"}));
  EXPECT_EQ(tags_of("2", 2), (Strings{"B", "a"}));
  EXPECT_EQ(tags_of("C", 9), (Strings{"a", "b"}));
  EXPECT_EQ(tags_of("b", 9), Strings());
  EXPECT_EQ(tags_of("", 0), Strings());
}

TEST_F(StoreDocuments, AWriteThatFailsIsReportedAndForgotten) {
  index_.fail_writes(Errc::no_space);

  store_->put_tag({"docker.io", "library/redis", "7"},
                  {sha256_of("{}"), kType, 2, clock_.wall(), clock_.wall()});
  executor_->wait();

  EXPECT_EQ(observer_.degraded, 1);
  EXPECT_EQ(store_->find_tag({"docker.io", "library/redis", "7"}), std::nullopt);
}

TEST_F(StoreDocuments, ReconcilingRecordsAndCountsAFileWithoutARecord) {
  const std::string bytes = pattern_bytes(100'000);
  (void)testing::read_range(*open(sha256_of(bytes), {source(bytes)}), 0);
  executor_->wait();
  lose_record(sha256_of(bytes));
  make_store({});

  ASSERT_TRUE(store_->reconcile({}).ok());

  EXPECT_EQ((*index_.find_blob(sha256_of(bytes)))->size_bytes, bytes.size());
  EXPECT_EQ(space_->used_bytes(), cache::disk_bytes(bytes.size()));
}

TEST_F(StoreDocuments, ReconcilingDropsARecordWithoutAFile) {
  ASSERT_TRUE(index_
                  .put_blob(sha256_of("gone"),
                            {.size_bytes = 4, .media_type = "", .stored_at = clock_.wall()},
                            std::nullopt)
                  .ok());

  ASSERT_TRUE(store_->reconcile({}).ok());

  EXPECT_EQ(*index_.find_blob(sha256_of("gone")), std::nullopt);
}

TEST_F(StoreDocuments, ReconcilingLeavesAFlightAlone) {
  const std::string bytes = pattern_bytes(100'000);
  const auto upstream = source(bytes, {.holds_at = 50'000});
  const auto reader = open(sha256_of(bytes), {upstream});
  upstream->wait_until_held();

  ASSERT_TRUE(store_->reconcile({}).ok());
  upstream->release();

  EXPECT_EQ(*testing::read_range(*reader, 0), bytes);
}

}  // namespace
}  // namespace larder::cache
