// Many threads publish, read and evict at once; the files never take more than the budget.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/evictor.h"
#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

using testing::bytes_of;
using testing::kBlock;

constexpr int kWriters = 4;
constexpr int kBlobsPerWriter = 150;
constexpr std::uint64_t kBudgetBlocks = 60;

class EvictorConcurrency : public testing::EvictionFixture {
 protected:
  EvictorConcurrency() { make_cache({.budget_bytes = kBudgetBlocks * kBlock}); }

  // As a flight does: reserves in steps while it writes, and publishes. False: there was no room.
  bool fill(const std::string& name, std::uint64_t blocks) {
    const Digest filled = digest(name);
    const Claims::Hold hold = claims_.hold(filled);
    auto file = blob_files_->begin(filled);
    EXPECT_TRUE(file.ok());
    SpaceKeeper::Reservation room;
    for (std::uint64_t block = 0; block < blocks; ++block) {
      auto more = space_->reserve(kBlock);
      if (!more) {
        EXPECT_TRUE(blob_files_->discard(filled).ok());
        return false;
      }
      room.add(*std::move(more));
      EXPECT_TRUE((*file)->write_at(block * kBlock, bytes_of(std::string(kBlock, 'x'))).ok());
      room.wrote(kBlock);
    }
    EXPECT_TRUE(blob_files_->publish(filled, **file).ok());
    room.keep();
    const WallTime now = clock_.wall();
    const BlobRecord record{blocks * kBlock, "", now, now, 0, evictor_->queue_for(filled)};
    EXPECT_TRUE(index_.put_blob(filled, record, std::nullopt).ok());
    return true;
  }

  void write(int writer) {
    std::mt19937 random(static_cast<unsigned>(writer));
    for (int i = 0; i < kBlobsPerWriter; ++i) {
      const std::string name = std::to_string(writer) + "/" + std::to_string(i);
      filled_ += fill(name, 1 + random() % 8);
      uses_.note(digest(name), clock_.wall());
      clock_.advance(Evictor::kPause);
    }
  }

  void watch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::uint64_t bytes = files_.total_bytes();
      most_bytes_ = std::max(most_bytes_.load(), bytes);
      std::this_thread::yield();
    }
  }

  std::atomic<int> filled_ = 0;
  std::atomic<std::uint64_t> most_bytes_ = 0;
};

TEST_F(EvictorConcurrency, FilesNeverTakeMoreThanTheBudget) {
  {
    std::jthread watcher([&](const std::stop_token& stop) { watch(stop); });
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([this, writer] { write(writer); });
    }
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(evictor_->tick().ok());
    threads.clear();  // joins
  }

  EXPECT_LE(most_bytes_, kBudgetBlocks * kBlock);
  EXPECT_GT(most_bytes_, 0);
  EXPECT_GT(filled_, kWriters * kBlobsPerWriter * 9 / 10);
  EXPECT_EQ(files_.total_bytes(), space_->used_bytes());
  EXPECT_EQ(index_.totals().value().disk_bytes, space_->used_bytes());
}

TEST_F(EvictorConcurrency, WhoeverHoldsABlobFindsIt) {
  add("read", 5);
  std::latch seen(2);  // by both readers, before the writers push it out
  std::atomic<int> found = 0;
  std::vector<std::jthread> threads;
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        const Claims::Hold hold = claims_.hold(digest("read"));
        const bool before = has("read");
        std::this_thread::yield();
        EXPECT_EQ(has("read"), before);
        found += before;
        if (i == 0) seen.arrive_and_wait();
      }
    });
  }
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&, writer] {
      seen.wait();
      write(writer);
    });
  }

  threads.clear();  // joins

  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace larder::cache
