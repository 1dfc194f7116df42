#include "cache/parked_blobs.h"

#include <gtest/gtest.h>

#include "cache/partial_blob.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::sha256_of;

class ParkedBlobsTest : public testing::StoreFixture {
 protected:
  // Files of a partial blob with one whole chunk of 4 bytes.
  void leave_files(const Digest& digest) {
    auto partial = *PartialBlob::begin(*blob_files_, digest, 4);
    CHECK(partial->file().write_at(0, std::as_bytes(std::span("abcd", 4))).ok());
    partial->record(0, 8, std::nullopt);
  }

  const Digest a_ = sha256_of("a");
  const Digest b_ = sha256_of("b");
};

TEST_F(ParkedBlobsTest, KnowsWhatEarlierRunsHaveLeft) {
  leave_files(a_);

  EXPECT_EQ(*parked_->load(), 4096u);
  EXPECT_TRUE(parked_->contains(a_));
}

TEST_F(ParkedBlobsTest, WhatIsTakenIsNotThereAnyMore) {
  parked_->add(a_, 8192);

  EXPECT_EQ(parked_->take(a_), 8192u);
  EXPECT_EQ(parked_->take(a_), std::nullopt);
  EXPECT_EQ(parked_->total_bytes(), 0u);
}

TEST_F(ParkedBlobsTest, WhatIsLookedAtStays) {
  parked_->add(a_, 8192);

  EXPECT_EQ(parked_->bytes_of(a_), 8192u);
  EXPECT_EQ(parked_->bytes_of(b_), std::nullopt);
  EXPECT_TRUE(parked_->contains(a_));
}

TEST_F(ParkedBlobsTest, NamesTheLeastRecentlyUsedFirst) {
  parked_->add(b_, 4096);
  clock_.advance(std::chrono::seconds(1));
  parked_->add(a_, 4096);

  const auto idle = parked_->idle(1);

  ASSERT_EQ(idle.size(), 1u);
  EXPECT_EQ(idle[0].digest, b_);
}

TEST_F(ParkedBlobsTest, RemovesTheFilesOfOneThatNobodyUses) {
  leave_files(a_);
  ASSERT_TRUE(parked_->load().ok());

  EXPECT_EQ(parked_->remove(a_), 4096u);
  EXPECT_FALSE(blob_files_->find_leftover(a_).ok());
}

TEST_F(ParkedBlobsTest, LeavesOneThatSomebodyHolds) {
  parked_->add(a_, 4096);
  const auto hold = claims_.hold(a_);

  EXPECT_EQ(parked_->remove(a_), 0u);
  EXPECT_TRUE(parked_->contains(a_));
}

TEST_F(ParkedBlobsTest, KeepsOneWhoseFilesCannotBeRemoved) {
  parked_->add(a_, 4096);
  files_.fail_always(testing::FileCall::remove, Errc::io);

  EXPECT_EQ(parked_->remove(a_), 0u);
  EXPECT_TRUE(parked_->contains(a_));
}

}  // namespace
}  // namespace larder::cache
