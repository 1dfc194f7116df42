#include "cache/blob_mender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/checked_cache.h"

namespace larder::cache {
namespace {

using larder::testing::CheckedCache;
using larder::testing::digest_of_text;
using larder::testing::FileCall;
using ::testing::HasSubstr;

class BlobMenderTest : public CheckedCache {
 protected:
  void put_document(const Digest& digest, const std::string& bytes) {
    CHECK(index_.put_blob(digest, *record(digest), Document{"a/type", bytes}).ok());
  }

  Claims claims_;
  bool is_being_written_ = false;
  std::int64_t counted_bytes_ = 0;
  BlobMender mender_{
      {blob_files_, index_, claims_, clock_, [this](const Digest&) { return is_being_written_; },
       [this](std::uint64_t bytes) { counted_bytes_ += static_cast<std::int64_t>(bytes); },
       [this](std::uint64_t bytes) { counted_bytes_ -= static_cast<std::int64_t>(bytes); }}};
};

TEST_F(BlobMenderTest, DropsFileAndRecordAndGivesBackTheSpace) {
  const Digest digest = put_blob("abc");

  const Mended mended = mender_.drop(digest, *record(digest));

  EXPECT_TRUE(mended.done);
  EXPECT_EQ(mended.how, "removed");
  EXPECT_FALSE(has_file(digest));
  EXPECT_EQ(record(digest), std::nullopt);
  EXPECT_EQ(counted_bytes_, -3);
}

TEST_F(BlobMenderTest, DropsForGood) {
  const Digest digest = put_blob("abc");
  ASSERT_TRUE(files_.sync_directory(root_ / "blobs/sha256/ba").ok());

  ASSERT_TRUE(mender_.drop(digest, *record(digest)).done);
  files_.lose_power();

  EXPECT_FALSE(has_file(digest));
}

TEST_F(BlobMenderTest, DropsUnderAReaderWhoGoesOn) {
  const Digest digest = put_blob("abc");
  const Claims::Hold reader = claims_.hold(digest);
  const auto open_file = blob_files_.find(digest).value();

  EXPECT_TRUE(mender_.drop(digest, *record(digest)).done);

  EXPECT_FALSE(has_file(digest));
  EXPECT_EQ(larder::testing::text_of(*open_file), "abc");
}

TEST_F(BlobMenderTest, LeavesWhatIsBeingWritten) {
  const Digest digest = put_blob("abc");
  is_being_written_ = true;

  EXPECT_TRUE(mender_.drop(digest, *record(digest)).is_moot);
  EXPECT_TRUE(mender_.adopt(digest, 3).is_moot);
  EXPECT_TRUE(mender_.remove_orphan(digest).is_moot);
  EXPECT_TRUE(has_file(digest));
}

TEST_F(BlobMenderTest, LeavesWhatIsBeingRemoved) {
  const Digest digest = put_blob("abc");
  const auto removal = claims_.try_remove(digest);

  EXPECT_TRUE(mender_.drop(digest, *record(digest)).is_moot);
  EXPECT_TRUE(has_file(digest));
}

TEST_F(BlobMenderTest, LeavesWhatWasFetchedAgainMeanwhile) {
  const Digest digest = put_blob("abc");
  const BlobRecord seen = *record(digest);
  clock_.advance(std::chrono::seconds(1));
  put_record("abc");

  EXPECT_TRUE(mender_.drop(digest, seen).is_moot);
  EXPECT_TRUE(mender_.correct_size(digest, seen, 4).is_moot);
  EXPECT_TRUE(mender_.renew_copy(digest, seen).is_moot);
  EXPECT_TRUE(has_file(digest));
}

TEST_F(BlobMenderTest, WritesADocumentAgainFromItsCopyInTheIndex) {
  const Digest digest = put_blob("abc");
  put_document(digest, "abc");
  rot(digest, "abd");

  const Mended mended = mender_.drop(digest, *record(digest));

  EXPECT_TRUE(mended.done);
  EXPECT_EQ(file_bytes(digest), "abc");
  EXPECT_TRUE(record(digest).has_value());
  EXPECT_EQ(counted_bytes_, 0);
}

TEST_F(BlobMenderTest, TrustsNoCopyThatIsDamagedItself) {
  const Digest digest = put_blob("abc");
  put_document(digest, "abe");
  rot(digest, "abd");

  EXPECT_EQ(mender_.drop(digest, *record(digest)).how, "removed");
  EXPECT_FALSE(has_file(digest));
}

TEST_F(BlobMenderTest, KeepsTheCopyWhenTheFileCannotBeWrittenAgain) {
  const Digest digest = put_blob("abc");
  put_document(digest, "abc");
  files_.fail_always(FileCall::write, Errc::no_space);

  const Mended mended = mender_.drop(digest, *record(digest));

  EXPECT_FALSE(mended.done);
  EXPECT_THAT(mended.how, HasSubstr("could not be repaired: write"));
  EXPECT_TRUE(index_.find_document(digest).value().has_value());
  EXPECT_EQ(files_.list(root_ / "partial").value().size(), 0U);
}

TEST_F(BlobMenderTest, KeepsTheRecordOfAFileItCannotRemove) {
  const Digest digest = put_blob("abc");
  files_.fail_always(FileCall::remove, Errc::io);

  EXPECT_FALSE(mender_.drop(digest, *record(digest)).done);

  EXPECT_TRUE(record(digest).has_value());
  EXPECT_EQ(counted_bytes_, 0);
}

TEST_F(BlobMenderTest, CorrectsTheSizeInARecord) {
  const Digest digest = put_file("abc");
  ASSERT_TRUE(index_.put_blob(digest, {7, "a/type", clock_.wall()}, std::nullopt).ok());

  EXPECT_TRUE(mender_.correct_size(digest, *record(digest), 3).done);

  EXPECT_EQ(record(digest)->size_bytes, 3U);
  EXPECT_EQ(record(digest)->media_type, "a/type");
  EXPECT_EQ(counted_bytes_, -4);
}

TEST_F(BlobMenderTest, MakesTheCopyInTheIndexAgainFromTheFile) {
  const Digest digest = put_blob("abc");
  put_document(digest, "abd");

  EXPECT_TRUE(mender_.renew_copy(digest, *record(digest)).done);

  EXPECT_EQ(index_.find_document(digest).value(), (Document{"a/type", "abc"}));
}

TEST_F(BlobMenderTest, AdoptsAFileWithACopyOfItsBytes) {
  const Digest digest = put_file("abc");

  EXPECT_TRUE(mender_.adopt(digest, 3).done);

  EXPECT_EQ(record(digest)->size_bytes, 3U);
  EXPECT_EQ(index_.find_document(digest).value()->bytes, "abc");
  EXPECT_EQ(counted_bytes_, 3);
}

TEST_F(BlobMenderTest, AdoptsABigFileWithoutACopy) {
  const std::string bytes(100'000, 'x');
  const Digest digest = put_file(bytes);

  EXPECT_TRUE(mender_.adopt(digest, bytes.size()).done);

  EXPECT_EQ(record(digest)->size_bytes, 100'000U);
  EXPECT_EQ(index_.find_document(digest).value(), std::nullopt);
}

TEST_F(BlobMenderTest, TakesNoFileForAnOrphanThatHasARecordNow) {
  const Digest digest = put_blob("abc");

  EXPECT_TRUE(mender_.adopt(digest, 3).is_moot);
  EXPECT_TRUE(mender_.remove_orphan(digest).is_moot);
  EXPECT_TRUE(has_file(digest));
}

TEST_F(BlobMenderTest, RemovesAnOrphanThatWasNeverCounted) {
  const Digest digest = put_file("abc");

  EXPECT_TRUE(mender_.remove_orphan(digest).done);

  EXPECT_FALSE(has_file(digest));
  EXPECT_EQ(counted_bytes_, 0);
}

TEST_F(BlobMenderTest, SaysWhenTheIndexCannotBeWritten) {
  const Digest digest = put_file("abc");
  index_.fail_writes(Errc::no_space);

  const Mended mended = mender_.adopt(digest, 3);

  EXPECT_FALSE(mended.done);
  EXPECT_THAT(mended.how, HasSubstr("could not be repaired"));
  EXPECT_EQ(counted_bytes_, 0);
}

}  // namespace
}  // namespace larder::cache
