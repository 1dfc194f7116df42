// Partial blobs: kept by flights that end early, gone on with by later ones.
#include <gtest/gtest.h>

#include "cache/flight_sink.h"
#include "tests/support/bytes.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::FakeSource;
using testing::kMiB;
using testing::pattern_bytes;
using testing::read_range;
using testing::sha256_of;

class StoreResume : public testing::StoreFixture {
 protected:
  // A flight that brings the bytes before `end` and then stops for good.
  void leave_part(std::uint64_t end) {
    const auto reader = open(digest_, {source(bytes_, {.fails_at = end, .failure = kGone})});
    EXPECT_EQ(read_range(*reader, 0).error().code, Errc::not_found);
    executor_->wait();
  }

  static inline const Error kGone{Errc::not_found, "gone"};
  const std::string bytes_ = pattern_bytes(4 * kMiB + 100);
  const Digest digest_ = sha256_of(bytes_);
};

TEST_F(StoreResume, ALaterFlightFetchesOnlyWhatIsMissing) {
  leave_part(3 * kMiB + 10);
  const auto second = source(bytes_);

  const auto all = read_range(*open(digest_, {second}), 0);
  executor_->wait();

  EXPECT_EQ(*all, bytes_);
  EXPECT_EQ(second->bytes_sent(), bytes_.size() - 3 * kMiB);
  EXPECT_EQ(observer_.resumed_bytes, 3 * kMiB);
}

TEST_F(StoreResume, ARestartGoesOnWhereTheFlightWasCut) {
  const auto first = source(bytes_, {.holds_at = 2 * kMiB});
  const auto reader = open(digest_, {first});
  first->wait_until_held();
  make_store({});
  const auto second = source(bytes_);

  const auto all = read_range(*open(digest_, {second}), 0);

  EXPECT_EQ(*all, bytes_);
  EXPECT_EQ(second->bytes_sent(), bytes_.size() - 2 * kMiB);
}

TEST_F(StoreResume, AKilledFlightIsGoneOnWith) {
  const auto first = source(bytes_, {.holds_at = 2 * kMiB});
  const auto reader = open(digest_, {first});
  first->wait_until_held();
  files_.die_after(0);
  close_store();
  files_.mend();
  make_store({});
  const auto second = source(bytes_);

  EXPECT_EQ(*read_range(*open(digest_, {second}), 0), bytes_);
  EXPECT_EQ(second->bytes_sent(), bytes_.size() - 2 * kMiB);
}

TEST_F(StoreResume, ADamagedChunkIsFetchedAgain) {
  leave_part(3 * kMiB);
  auto leftover = blob_files_->find_leftover(digest_);
  ASSERT_TRUE(leftover.ok());
  ASSERT_TRUE(leftover->data->write_at(kMiB + 5, std::as_bytes(std::span("rot"))).ok());
  const auto second = source(bytes_);

  const auto all = read_range(*open(digest_, {second}), 0);

  EXPECT_EQ(*all, bytes_);
  EXPECT_EQ(second->bytes_sent(), bytes_.size() - 2 * kMiB);
}

TEST_F(StoreResume, ALieAboutTheSizeIsFoundOutByASourceThatEndsBefore) {
  const std::string wrong(6 * kMiB, 'w');
  const auto liar = source(wrong, {.told_size = 9 * kMiB, .fails_at = 5 * kMiB, .failure = kGone});
  EXPECT_FALSE(read_range(*open(digest_, {liar}), 0).ok());
  executor_->wait();

  const auto good = source(bytes_);
  const auto first = read_range(*open(digest_, {good}), 0);
  executor_->wait();

  EXPECT_EQ(*read_range(*open(digest_, {good}), 0), bytes_) << "what was given before may be cut";
  EXPECT_TRUE(!first.ok() || *first == bytes_);
}

TEST_F(StoreResume, APartialBlobCountsInTheBudget) {
  leave_part(3 * kMiB);

  EXPECT_EQ(space_->used_bytes(), 3 * kMiB);
  make_store({});
  EXPECT_EQ(space_->used_bytes(), 3 * kMiB);
}

TEST_F(StoreResume, EvictionTakesAPartialBlobWhenThereIsNothingElse) {
  make_store({.budget_bytes = 5 * kMiB});
  leave_part(3 * kMiB);
  const std::string other = pattern_bytes(4 * kMiB);

  EXPECT_EQ(*read_range(*open(sha256_of(other), {source(other)}), 0), other);
  executor_->wait();

  EXPECT_EQ(observer_.degraded, 0);
  EXPECT_EQ(space_->used_bytes(), 4 * kMiB);
}

TEST_F(StoreResume, ARangeIsKeptAndServedAgainWithoutASource) {
  const ByteRange range{kMiB + 5, kMiB + 100};
  const auto upstream = source(bytes_);
  const auto first = read_range(*open(digest_, {upstream}, range), range.begin, range.end);
  EXPECT_EQ(*first, bytes_.substr(range.begin, range.size_bytes()));
  executor_->wait();

  const auto again = read_range(*open(digest_, {}, range), range.begin, range.end);

  EXPECT_EQ(*again, *first);
  EXPECT_EQ(upstream->bytes_sent(), kMiB);
}

TEST_F(StoreResume, WhatIsAbsentOfAPartialBlobIsNotFoundWithoutASource) {
  const auto upstream = source(bytes_);
  (void)read_range(*open(digest_, {upstream}, {0, 10}), 0, 10);
  executor_->wait();

  const auto reader = open(digest_, {}, {3 * kMiB, 4 * kMiB});

  EXPECT_EQ(read_range(*reader, 3 * kMiB, 4 * kMiB).error().code, Errc::not_found);
}

TEST_F(StoreResume, RangesThatMakeTheBlobWholePublishIt) {
  const auto upstream = source(bytes_);
  (void)read_range(*open(digest_, {upstream}, {0, 2 * kMiB}), 0, 2 * kMiB);
  executor_->wait();

  const auto rest = read_range(*open(digest_, {upstream}, {2 * kMiB, bytes_.size()}), 2 * kMiB);
  executor_->wait();

  EXPECT_EQ(*rest, bytes_.substr(2 * kMiB));
  EXPECT_NE(store_->open_cached_blob(digest_), nullptr);
  EXPECT_EQ(upstream->bytes_sent(), bytes_.size());
}

TEST_F(StoreResume, WrongBytesAreTriedOnceWithTheNextSource) {
  std::string wrong = bytes_;
  wrong[5] ^= 1;
  const auto bad = source(wrong, {.holds_at = kMiB}, "bad");
  const auto reader = open(digest_, {bad, source(bytes_, {}, "good")});
  EXPECT_EQ(*read_range(*reader, 0, 10), wrong.substr(0, 10));
  bad->release();

  EXPECT_EQ(read_range(*reader, 10).error().code, Errc::corrupt);
  executor_->wait();

  EXPECT_EQ(observer_.corrupt_sources(), std::vector<std::string>{"bad"});
  EXPECT_EQ(*read_range(*store_->open_cached_blob(digest_), 0), bytes_);
}

}  // namespace
}  // namespace larder::cache
