// The order of a pass, and where it ends; what it finds is in scrubber_test.cc and
// fsck_pass_test.cc.
#include "cache/check_pass.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/support/checked_cache.h"

namespace larder::cache {
namespace {

using larder::testing::CheckedCache;
using larder::testing::digest_of_text;
using larder::testing::FileCall;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckPassTest : public CheckedCache, public CheckObserver {
 protected:
  Status run(const std::optional<Digest>& after = std::nullopt) {
    CheckPass pass({.blob_files = blob_files_,
                    .folders = BlobFolders(files_, root_),
                    .index = &index_,
                    .mender = nullptr,
                    .is_being_written = [](const Digest&) { return false; },
                    .observer = *this});
    return pass.run(after);
  }

  std::vector<Digest> put_blobs(int count) {
    std::vector<Digest> digests;
    for (int i = 0; i < count; ++i) digests.push_back(put_blob(std::to_string(i)));
    std::sort(digests.begin(), digests.end());
    return digests;
  }

  bool before_file() override { return checked_.size() < files_max_; }
  bool before_piece(std::uint64_t) override { return true; }
  void checked(const Digest& digest) override { checked_.push_back(digest); }
  void found(Finding finding) override { findings_.push_back(std::move(finding)); }
  void bad_file(const Digest& digest) override { bad_files_.push_back(digest); }

  std::size_t files_max_ = SIZE_MAX;
  std::vector<Digest> checked_;
  std::vector<Finding> findings_;
  std::vector<Digest> bad_files_;
};

TEST_F(CheckPassTest, GoesThroughAllBlobsInTheOrderOfDigests) {
  std::vector<Digest> digests = put_blobs(300);
  const Digest sha512 = digest_of_text("x", DigestAlgorithm::sha512);
  rot(sha512, "x");
  ASSERT_TRUE(index_.put_blob(sha512, {1, "", {}}, std::nullopt).ok());
  digests.push_back(sha512);

  ASSERT_TRUE(run().ok());

  EXPECT_THAT(checked_, ElementsAreArray(digests));
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(CheckPassTest, GoesOnAfterAnyBlob) {
  const std::vector<Digest> digests = put_blobs(200);

  ASSERT_TRUE(run(digests[120]).ok());

  EXPECT_THAT(checked_, ElementsAreArray(digests.begin() + 121, digests.end()));
}

TEST_F(CheckPassTest, FindsFilesWithoutRecordsInAShardWhoseRecordsItHasPassed) {
  const Digest orphan = put_file("orphan");
  std::array<std::byte, 32> last;
  last.fill(std::byte{0xff});
  last[0] = orphan.bytes()[0];

  ASSERT_TRUE(run(Digest::from_bytes(DigestAlgorithm::sha256, last)).ok());

  EXPECT_THAT(checked_, ElementsAre(orphan));
  EXPECT_THAT(findings_, SizeIs(1));
}

TEST_F(CheckPassTest, EndsWhenTheObserverSaysSo) {
  put_blobs(10);
  files_max_ = 4;

  EXPECT_EQ(run().error().code, Errc::cancelled);

  EXPECT_THAT(checked_, SizeIs(4));
}

TEST_F(CheckPassTest, EndsWithTheErrorOfTheIndex) {
  put_blobs(1);
  index_.fail_reads(Errc::corrupt);

  EXPECT_EQ(run().error().code, Errc::corrupt);
}

TEST_F(CheckPassTest, OnlyLooksWithoutAMender) {
  const Digest digest = put_blob("abc");
  rot(digest, "abd");
  const std::size_t changes = files_.changes();

  ASSERT_TRUE(run().ok());

  EXPECT_EQ(findings_.at(0).detail, "its bytes are " + digest_of_text("abd").str());
  EXPECT_THAT(bad_files_, IsEmpty());
  EXPECT_EQ(files_.changes(), changes);
}

TEST_F(CheckPassTest, TellsOfAFileThatCannotBeOpenedAndGoesOn) {
  const std::vector<Digest> digests = put_blobs(2);
  files_.fail(FileCall::open_read, Errc::io);

  ASSERT_TRUE(run().ok());

  EXPECT_THAT(findings_, SizeIs(1));
  EXPECT_EQ(findings_.at(0).name, digests[0].str());
}

}  // namespace
}  // namespace larder::cache
