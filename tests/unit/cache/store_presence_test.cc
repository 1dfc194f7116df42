// How much of a blob there is, told to somebody who does not want to read it.
#include <gtest/gtest.h>

#include "tests/support/bytes.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::kMiB;
using testing::pattern_bytes;
using testing::read_range;
using testing::sha256_of;
using State = BlobPresence::State;

class StorePresence : public testing::StoreFixture {
 protected:
  // A flight that brings the bytes before `end` and then stops for good.
  void leave_part(std::uint64_t end) {
    const Error gone{Errc::not_found, "gone"};
    const auto reader = open(digest_, {source(bytes_, {.fails_at = end, .failure = gone})});
    EXPECT_EQ(read_range(*reader, 0).error().code, Errc::not_found);
    executor_->wait();
  }

  const std::string bytes_ = pattern_bytes(4 * kMiB + 100);
  const Digest digest_ = sha256_of(bytes_);
};

TEST_F(StorePresence, OfNothingIsAbsent) {
  EXPECT_EQ(store_->presence(digest_), BlobPresence());
  EXPECT_EQ(store_->presence(digest_, 7).size_bytes, 7u);
}

TEST_F(StorePresence, OfABlobOnDiskIsWhole) {
  (void)read_range(*open(digest_, {source(bytes_)}), 0);
  executor_->wait();

  const auto presence = store_->presence(digest_, /*told_size=*/5);

  EXPECT_EQ(presence, (BlobPresence{State::whole, bytes_.size(), bytes_.size(), false}));
}

TEST_F(StorePresence, OfABlobWithoutARecordIsWhole) {
  (void)read_range(*open(digest_, {source(bytes_)}), 0);
  executor_->wait();
  lose_record(digest_);

  EXPECT_TRUE(store_->presence(digest_).is_whole());
}

TEST_F(StorePresence, OfAFileOfAnotherSizeIsAbsent) {
  (void)read_range(*open(digest_, {source(bytes_)}), 0);
  executor_->wait();
  auto record = **index_.find_blob(digest_);
  record.size_bytes += 1;
  ASSERT_TRUE(index_.put_blob(digest_, record, std::nullopt).ok());

  EXPECT_EQ(store_->presence(digest_).state, State::absent);
}

TEST_F(StorePresence, OfADocumentIsWholeAtOnce) {
  ASSERT_TRUE(store_->put_document(sha256_of("{}"), {"a/b", "{}"}).ok());

  EXPECT_EQ(store_->presence(sha256_of("{}")), (BlobPresence{State::whole, 2, 2, false}));
  executor_->wait();
  EXPECT_TRUE(store_->presence(sha256_of("{}")).is_whole());
}

TEST_F(StorePresence, OfAFlightIsWhatHasArrived) {
  const auto slow = source(bytes_, {.holds_at = 2 * kMiB});
  const auto reader = open(digest_, {slow});
  slow->wait_until_held();

  const auto presence = store_->presence(digest_);

  EXPECT_EQ(presence, (BlobPresence{State::partial, 2 * kMiB, bytes_.size(), true}));
}

TEST_F(StorePresence, OfAPartThatNobodyFetchesIsWhatLiesOnDisk) {
  leave_part(3 * kMiB);

  EXPECT_EQ(store_->presence(digest_, bytes_.size()),
            (BlobPresence{State::partial, 3 * kMiB, bytes_.size(), false}));
  EXPECT_EQ(store_->presence(digest_, 100).present_bytes, 100u);
}

TEST_F(StorePresence, IsNoUse) {
  ASSERT_TRUE(store_->put_document(sha256_of("{}"), {"a/b", "{}"}).ok());
  executor_->wait();

  (void)store_->presence(sha256_of("{}"));
  EXPECT_EQ(store_->peek_document(sha256_of("{}"))->bytes, "{}");

  EXPECT_FALSE(uses_.is_used(sha256_of("{}")));
}

}  // namespace
}  // namespace larder::cache
