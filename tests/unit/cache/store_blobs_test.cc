// Blobs through the store: flights, joiners, ranges, failures, a full disk.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/store_fixture.h"

namespace larder::cache {
namespace {

using testing::FakeSource;
using testing::kMiB;
using testing::pattern_bytes;
using testing::read_range;
using testing::sha256_of;
using testing::StoreFixture;

using StoreBlobs = StoreFixture;
using Behaviour = FakeSource::Behaviour;

TEST_F(StoreBlobs, AMissStreamsTheBlobAndKeepsIt) {
  const std::string bytes = pattern_bytes(3 * kMiB + 17);
  const auto upstream = source(bytes);

  const auto first = open(sha256_of(bytes), {upstream});
  EXPECT_EQ(*read_range(*first, 0), bytes);
  executor_->wait();
  const auto second = open(sha256_of(bytes), {upstream});

  EXPECT_EQ(first->outcome(), Outcome::miss);
  EXPECT_EQ(second->outcome(), Outcome::hit);
  EXPECT_EQ(*read_range(*second, 0), bytes);
  EXPECT_EQ(upstream->bytes_sent(), bytes.size());
}

TEST_F(StoreBlobs, ManyReadersShareOneFlight) {
  const std::string bytes = pattern_bytes(4 * kMiB);
  const auto upstream = source(bytes, {.holds_at = 2 * kMiB});
  std::vector<std::unique_ptr<BlobReader>> readers;
  for (int i = 0; i < 16; ++i) readers.push_back(open(sha256_of(bytes), {upstream}));
  upstream->release();

  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (auto& reader : readers) {
    threads.emplace_back([&] { right += *read_range(*reader, 0) == bytes; });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(right, 16);
  EXPECT_EQ(upstream->bytes_sent(), bytes.size());
  EXPECT_EQ(observer_.joined, 15);
}

TEST_F(StoreBlobs, ALateJoinerReadsWhatIsThereBeforeTheRestHasCome) {
  const std::string bytes = pattern_bytes(4 * kMiB);
  const auto upstream = source(bytes, {.holds_at = 2 * kMiB});
  const auto first = open(sha256_of(bytes), {upstream});
  upstream->wait_until_held();

  const auto late = open(sha256_of(bytes), {upstream});
  const auto front = read_range(*late, 0, 2 * kMiB);
  upstream->release();

  EXPECT_EQ(*front, bytes.substr(0, 2 * kMiB));
  EXPECT_EQ(*read_range(*late, 2 * kMiB), bytes.substr(2 * kMiB));
  EXPECT_EQ(late->outcome(), Outcome::join);
}

TEST_F(StoreBlobs, ARangeFarAheadOfAStalledFrontIsFetchedAtOnce) {
  make_store({}, {.steer_distance_bytes = kMiB});
  const std::string bytes = pattern_bytes(16 * kMiB);
  const auto upstream = source(bytes, {.holds_at = kMiB});
  const auto reader = open(sha256_of(bytes), {upstream});
  upstream->wait_until_held();

  const auto range = read_range(*reader, 10 * kMiB, 12 * kMiB);
  upstream->release();

  EXPECT_EQ(*range, bytes.substr(10 * kMiB, 2 * kMiB));
  EXPECT_EQ(*read_range(*reader, 0), bytes);
}

TEST_F(StoreBlobs, TheLastBytesOfAWrongBlobAreNeverGiven) {
  const std::string bytes = pattern_bytes(2 * kMiB);
  std::string wrong = bytes;
  wrong[5] = static_cast<char>(wrong[5] ^ 1);
  const auto upstream = source(wrong, {}, "liar");

  const auto reader = open(sha256_of(bytes), {upstream});
  const auto all = read_range(*reader, 0);
  executor_->wait();

  EXPECT_EQ(all.error().code, Errc::corrupt);
  EXPECT_EQ(observer_.corrupt_sources(), std::vector<std::string>{"liar"});
  EXPECT_EQ(store_->open_cached_blob(sha256_of(bytes)), nullptr);
}

TEST_F(StoreBlobs, ASourceThatBreaksIsContinuedByTheNextOne) {
  const std::string bytes = pattern_bytes(4 * kMiB);
  const auto broken = source(bytes, {.fails_at = 3 * kMiB}, "first");
  const auto whole = source(bytes, {}, "second");

  const auto reader = open(sha256_of(bytes), {broken, whole});

  EXPECT_EQ(*read_range(*reader, 0), bytes);
  EXPECT_EQ(broken->bytes_sent(), 3 * kMiB);
  EXPECT_EQ(whole->bytes_sent(), kMiB);
}

TEST_F(StoreBlobs, AJoinersSourceIsAskedWhenTheFirstOneFails) {
  const std::string bytes = pattern_bytes(4 * kMiB);
  const auto broken = source(
      bytes, {.fails_at = kMiB, .failure = {Errc::denied, "403"}, .holds_at = kMiB}, "first");
  const auto whole = source(bytes, {}, "second");
  const auto first = open(sha256_of(bytes), {broken});
  broken->wait_until_held();

  const auto second = open(sha256_of(bytes), {whole});
  broken->release();

  EXPECT_EQ(*read_range(*first, 0), bytes);
  EXPECT_EQ(*read_range(*second, 0), bytes);
}

TEST_F(StoreBlobs, ASourceWithoutRangesStillFinishesABrokenFlight) {
  const std::string bytes = pattern_bytes(2 * kMiB);
  const auto upstream = source(bytes, {.ignores_ranges = true, .fails_at = kMiB});

  const auto reader = open(sha256_of(bytes), {upstream});

  EXPECT_EQ(*read_range(*reader, 0), bytes);
}

TEST_F(StoreBlobs, ABlobNobodyHasIsNotFoundAndAskedAgainNextTime) {
  const auto digest = sha256_of("absent");
  const auto upstream = source("", {.refuses = Error{Errc::not_found, "404"}});

  const auto first = read_range(*open(digest, {upstream}), 0);
  executor_->wait();
  const auto second = read_range(*open(digest, {upstream}), 0);

  EXPECT_EQ(first.error().code, Errc::not_found);
  EXPECT_EQ(second.error().code, Errc::not_found);
  EXPECT_EQ(upstream->fetches(), 2);
}

TEST_F(StoreBlobs, ABlobWhoseSizeIsNotToldIsServedOnceItIsThere) {
  const std::string bytes = pattern_bytes(kMiB);
  const auto upstream = source(bytes, {.tells_size = false});

  const auto reader = open(sha256_of(bytes), {upstream});

  EXPECT_EQ(*read_range(*reader, 0), bytes);
}

TEST_F(StoreBlobs, AnEmptyBlobIsPublishedLikeAnyOther) {
  const auto digest = sha256_of("");

  const auto reader = open(digest, {source("")});
  EXPECT_EQ(*reader->size_bytes(testing::soon()), 0u);
  executor_->wait();

  ASSERT_NE(store_->open_cached_blob(digest), nullptr);
}

TEST_F(StoreBlobs, AnEmptyAnswerForABlobThatIsNotEmptyIsCorrupt) {
  const auto reader = open(sha256_of("layer"), {source("")});

  EXPECT_EQ(reader->size_bytes(testing::soon()).error().code, Errc::corrupt);
}

TEST_F(StoreBlobs, WithoutSourcesAMissIsNotFound) {
  const auto reader =
      store_->open_blob(sha256_of("x"), [] { return std::vector<std::shared_ptr<Source>>(); });

  EXPECT_EQ(reader.error().code, Errc::not_found);
}

TEST_F(StoreBlobs, ABlobOverTheBudgetPassesThroughUncached) {
  make_store({.budget_bytes = kMiB});
  const std::string bytes = pattern_bytes(3 * kMiB);

  const auto reader = open(sha256_of(bytes), {source(bytes)});
  const auto all = read_range(*reader, 0);
  executor_->wait();

  EXPECT_EQ(*all, bytes);
  EXPECT_EQ(reader->outcome(), Outcome::pass);
  EXPECT_EQ(store_->open_cached_blob(sha256_of(bytes)), nullptr);
  EXPECT_EQ(observer_.degraded, 1);
}

TEST_F(StoreBlobs, ADiskThatFillsMidwayDoesNotBreakTheReader) {
  const std::string bytes = pattern_bytes(4 * kMiB);
  const auto upstream = source(bytes, {.holds_at = 2 * kMiB});
  const auto reader = open(sha256_of(bytes), {upstream});
  EXPECT_EQ(*read_range(*reader, 0, kMiB), bytes.substr(0, kMiB));
  upstream->wait_until_held();

  files_.fail_always(testing::FileCall::write, Errc::no_space);
  upstream->release();
  const auto rest = read_range(*reader, kMiB);

  EXPECT_EQ(*rest, bytes.substr(kMiB));
  EXPECT_EQ(reader->outcome(), Outcome::pass);
}

TEST_F(StoreBlobs, WrongBytesThatPassThroughAreCutToo) {
  make_store({.budget_bytes = 1});
  const std::string bytes = pattern_bytes(2 * kMiB);
  std::string wrong = bytes;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);

  const auto reader = open(sha256_of(bytes), {source(wrong)});

  EXPECT_EQ(read_range(*reader, 0).error().code, Errc::corrupt);
}

TEST_F(StoreBlobs, ABlobThatCannotBePublishedIsStillServed) {
  const std::string bytes = pattern_bytes(kMiB);
  files_.fail_always(testing::FileCall::rename, Errc::io);

  const auto reader = open(sha256_of(bytes), {source(bytes)});
  const auto all = read_range(*reader, 0);
  executor_->wait();

  EXPECT_EQ(*all, bytes);
  EXPECT_EQ(observer_.degraded, 1);
  EXPECT_EQ(store_->flights(), 0u);
}

TEST_F(StoreBlobs, ALostIndexRecordDoesNotHideABlob) {
  const std::string bytes = pattern_bytes(kMiB);
  (void)read_range(*open(sha256_of(bytes), {source(bytes)}), 0);
  executor_->wait();

  lose_record(sha256_of(bytes));
  const auto reader = store_->open_cached_blob(sha256_of(bytes));

  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(*read_range(*reader, 0), bytes);
}

TEST_F(StoreBlobs, AFileOfTheWrongSizeIsDroppedAndFetchedAgain) {
  const std::string bytes = pattern_bytes(kMiB);
  const auto digest = sha256_of(bytes);
  (void)read_range(*open(digest, {source(bytes)}), 0);
  executor_->wait();
  ASSERT_TRUE(index_
                  .put_blob(digest, {.size_bytes = 5, .media_type = "", .stored_at = clock_.wall()},
                            std::nullopt)
                  .ok());

  const auto reader = open(digest, {source(bytes)});

  EXPECT_EQ(reader->outcome(), Outcome::miss);
  EXPECT_EQ(*read_range(*reader, 0), bytes);
}

TEST_F(StoreBlobs, StoppingCutsReadersThatWait) {
  const std::string bytes = pattern_bytes(2 * kMiB);
  const auto upstream = source(bytes, {.holds_at = kMiB});
  const auto reader = open(sha256_of(bytes), {upstream});
  upstream->wait_until_held();

  store_->stop();

  EXPECT_EQ(read_range(*reader, 0).error().code, Errc::cancelled);
  EXPECT_FALSE(store_
                   ->open_blob(sha256_of(bytes),
                               [&] { return std::vector<std::shared_ptr<Source>>{upstream}; })
                   .ok());
}

TEST_F(StoreBlobs, AReaderThatHasToWaitTooLongIsToldSo) {
  const std::string bytes = pattern_bytes(2 * kMiB);
  const auto upstream = source(bytes, {.holds_at = 0});
  const auto reader = open(sha256_of(bytes), {upstream});
  upstream->wait_until_held();

  const auto piece = reader->read(0, 1, std::chrono::steady_clock::now());
  upstream->release();

  EXPECT_EQ(piece.error().code, Errc::timeout);
}

TEST_F(StoreBlobs, WithNoThreadForAFetchTheReaderIsToldAtOnce) {
  executor_->refuse();

  const auto reader = open(sha256_of("x"), {source("x")});

  EXPECT_EQ(reader->size_bytes(testing::soon()).error().code, Errc::busy);
}

}  // namespace
}  // namespace larder::cache
