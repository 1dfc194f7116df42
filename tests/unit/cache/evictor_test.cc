#include "cache/evictor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

using testing::FileCall;
using ::testing::HasSubstr;
using testing::kBlock;

// A budget of 100 blocks.
class EvictorTest : public testing::EvictionFixture {
 protected:
  void park(const std::string& name, std::uint64_t blocks, WallTime used_at) {
    space_->count(blocks * kBlock);
    partials_.parked.push_back({digest(name), blocks * kBlock, used_at});
  }
};

TEST_F(EvictorTest, AReservationEvictsTheOldest) {
  for (int i = 0; i < 10; ++i) add(std::to_string(i));

  const auto reserved = space_->reserve(15 * kBlock);

  EXPECT_TRUE(reserved.ok());
  EXPECT_FALSE(has("0") || has("1"));
  EXPECT_TRUE(has("2"));
  EXPECT_EQ(space_->used_bytes(), 95 * kBlock);
}

TEST_F(EvictorTest, RemovesNothingWhenThereIsRoom) {
  add("a");

  EXPECT_TRUE(evictor_->make_room(50 * kBlock).ok());

  EXPECT_TRUE(has("a"));
}

TEST_F(EvictorTest, NothingHeldIsRemoved) {
  add("held", 90);
  add("free", 10);
  const Claims::Hold hold = claims_.hold(digest("held"));

  EXPECT_TRUE(space_->reserve(10 * kBlock).ok());
  EXPECT_FALSE(space_->reserve(11 * kBlock).ok());

  EXPECT_TRUE(has("held"));
  EXPECT_FALSE(has("free"));
}

TEST_F(EvictorTest, NothingPinnedIsRemovedNorWhatItRefersTo) {
  contains("index", {"manifest"});
  contains("manifest", {"layer"});
  for (const char* name : {"index", "manifest", "layer"}) add(name, 30);
  add("free", 10);
  pin("index");

  EXPECT_FALSE(space_->reserve(11 * kBlock).ok());

  EXPECT_TRUE(has("index") && has("manifest") && has("layer"));
  EXPECT_FALSE(has("free"));
}

TEST_F(EvictorTest, AnUnpinnedBlobMayGo) {
  add("a", 100);
  pin("a");
  ASSERT_FALSE(space_->reserve(kBlock).ok());

  ASSERT_TRUE(index_.remove_pin(digest("a"), "test").ok());
  clock_.advance(Evictor::kPause);

  EXPECT_TRUE(space_->reserve(kBlock).ok());
}

TEST_F(EvictorTest, ARoundThatFoundNothingIsNotRepeatedAtOnce) {
  add("a", 100);
  pin("a");

  const auto refused = space_->reserve(kBlock);
  EXPECT_EQ(refused.error().code, Errc::no_space);
  EXPECT_THAT(refused.error().context, HasSubstr("in use or pinned"));
  index_.fail_reads(Errc::corrupt);  // who reads it now is told so

  EXPECT_EQ(evictor_->make_room(kBlock).error().code, Errc::busy);
  clock_.advance(Evictor::kPause);
  EXPECT_EQ(evictor_->make_room(kBlock).error().code, Errc::corrupt);
}

TEST_F(EvictorTest, ABlobLargerThanTheBudgetEvictsNothing) {
  add("a", 100);

  EXPECT_FALSE(space_->reserve(101 * kBlock).ok());

  EXPECT_TRUE(has("a"));
}

TEST_F(EvictorTest, AFailingIndexKeepsEverything) {
  add("a", 100);
  index_.fail_writes(Errc::io);

  const auto refused = space_->reserve(kBlock);

  EXPECT_EQ(refused.error().code, Errc::no_space);
  EXPECT_THAT(refused.error().context, HasSubstr("made to fail"));
  EXPECT_TRUE(has("a"));
  EXPECT_EQ(space_->used_bytes(), 100 * kBlock);
}

TEST_F(EvictorTest, AFailingDiskIsAskedOncePerPause) {
  add("a", 100);
  files_.fail_always(FileCall::remove, Errc::io);
  const std::size_t asked_before = files_.calls(FileCall::remove);

  EXPECT_FALSE(space_->reserve(kBlock).ok());
  EXPECT_FALSE(space_->reserve(kBlock).ok());

  EXPECT_EQ(files_.calls(FileCall::remove), asked_before + 1);
  EXPECT_TRUE(has("a"));
  EXPECT_EQ(space_->used_bytes(), 100 * kBlock);
}

TEST_F(EvictorTest, ABlobThatComesBackBeginsInMain) {
  add("a", 100);
  EXPECT_EQ(evictor_->queue_for(digest("a")), Queue::probation);

  ASSERT_TRUE(space_->reserve(kBlock).ok());

  EXPECT_EQ(evictor_->queue_for(digest("a")), Queue::main);
  EXPECT_EQ(evictor_->queue_for(digest("a")), Queue::probation);
}

TEST_F(EvictorTest, AForgottenPartGoesBeforeAnyBlobAFreshOneAfterAll) {
  add("blob", 60);
  park("forgotten", 20, clock_.wall() - std::chrono::hours(2));
  park("fresh", 20, clock_.wall());

  EXPECT_TRUE(space_->reserve(20 * kBlock).ok());
  EXPECT_EQ(partials_.parked.size(), 1);
  EXPECT_TRUE(has("blob"));
  EXPECT_TRUE(space_->reserve(80 * kBlock).ok());
  EXPECT_FALSE(has("blob"));
  EXPECT_EQ(partials_.parked.size(), 1);
  EXPECT_TRUE(space_->reserve(100 * kBlock).ok());
  EXPECT_TRUE(partials_.parked.empty());
}

TEST_F(EvictorTest, ATickWritesUsesDownAndKeepsHeadroom) {
  for (int i = 0; i < 10; ++i) add(std::to_string(i));
  uses_.note(digest("0"), clock_.wall());

  EXPECT_TRUE(evictor_->tick().ok());

  EXPECT_EQ(index_.find_blob(digest("0")).value()->uses, 1);
  EXPECT_TRUE(has("0"));
  EXPECT_FALSE(has("1"));
  EXPECT_EQ(space_->used_bytes(), 90 * kBlock);
}

TEST_F(EvictorTest, ATickBringsACacheBackUnderASmallerBudget) {
  for (int i = 0; i < 20; ++i) add(std::to_string(i));
  ASSERT_EQ(space_->used_bytes(), 200 * kBlock);

  EXPECT_TRUE(evictor_->tick().ok());

  EXPECT_EQ(space_->used_bytes(), 90 * kBlock);
}

TEST_F(EvictorTest, ATickRestoresTheFreeFloor) {
  make_cache({.budget_bytes = 1000 * kBlock, .free_floor_bytes = 100 * kBlock});
  for (int i = 0; i < 10; ++i) add(std::to_string(i));
  ASSERT_TRUE(evictor_->tick().ok());
  ASSERT_TRUE(has("0"));

  files_.set_space({.total_bytes = 1000 * kBlock, .available_bytes = 95 * kBlock});
  ASSERT_TRUE(evictor_->tick().ok());

  EXPECT_EQ(space_->used_bytes(), 80 * kBlock);  // 10 blocks of headroom were missing, and 5
}

TEST_F(EvictorTest, ATickIsContentWithACacheFullOfPins) {
  add("a", 100);
  pin("a");

  EXPECT_TRUE(evictor_->tick().ok());
}

TEST_F(EvictorTest, ATickTellsThatTheIndexFails) {
  uses_.note(digest("a"), clock_.wall());
  index_.fail_writes(Errc::io);

  EXPECT_EQ(evictor_->tick().error().code, Errc::io);
}

TEST_F(EvictorTest, AnImageThatWasSupersededGoesFirst) {
  contains("old", {"layer"});
  add("main", 40, Queue::main);
  add("old", 20, Queue::main);
  add("layer", 30, Queue::main);
  evictor_->superseded(digest("old"));

  ASSERT_TRUE(evictor_->tick().ok());
  ASSERT_TRUE(space_->reserve(50 * kBlock).ok());

  EXPECT_FALSE(has("old") || has("layer"));
  EXPECT_TRUE(has("main"));
}

}  // namespace
}  // namespace larder::cache
