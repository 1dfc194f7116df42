#include "cache/eviction_round.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

using testing::FileCall;
using testing::kBlock;

class EvictionRoundTest : public testing::EvictionFixture {
 protected:
  std::uint64_t records() const { return index_.totals().value().blobs; }
  void add_many(int count, Queue queue = Queue::probation) {
    for (int i = 0; i < count; ++i) add(std::to_string(i), 1, queue);
  }
  std::size_t files_removed() const { return files_.calls(FileCall::remove); }

  BlobRemover remover_{{index_, *blob_files_, *space_, claims_, observer_, recordless_}};
  Ghosts ghosts_{1 << 30};
  EvictionRound round_{{index_, remover_, uses_, ghosts_}};
};

TEST_F(EvictionRoundTest, AStepRemovesAFewVictimsAtMost) {
  add_many(100);

  EXPECT_EQ(round_.step(1000 * kBlock).value(), EvictionRound::kVictimsMax * kBlock);

  EXPECT_EQ(records(), 100 - EvictionRound::kVictimsMax);
  EXPECT_FALSE(round_.is_over());
}

TEST_F(EvictionRoundTest, AStepRemovesNoMoreThanIsWanted) {
  add_many(100);

  EXPECT_EQ(round_.step(2 * kBlock - 1).value(), 2 * kBlock);

  EXPECT_FALSE(has("0") || has("1"));
  EXPECT_TRUE(has("2"));
}

TEST_F(EvictionRoundTest, AUsedBlobMovesToMainAndStays) {
  add("used", 1);
  add("unused", 1);
  use("used");

  EXPECT_EQ(round_.step(kBlock).value(), kBlock);

  EXPECT_TRUE(has("used"));
  EXPECT_FALSE(has("unused"));
  EXPECT_EQ(index_.find_blob(digest("used")).value()->queue, Queue::main);
}

TEST_F(EvictionRoundTest, AUseThatIsNotWrittenDownCountsAsWell) {
  add("used", 1);
  add("unused", 1);
  uses_.note(digest("used"), clock_.wall());

  EXPECT_EQ(round_.step(kBlock).value(), kBlock);

  EXPECT_TRUE(has("used"));
  EXPECT_FALSE(has("unused"));
}

TEST_F(EvictionRoundTest, WhatIsFetchedOnceLeavesMainAlone) {
  add_many(50, Queue::main);
  for (int i = 0; i < 50; ++i) add("scan" + std::to_string(i), 1);

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(round_.step(15 * kBlock).ok());

  EXPECT_EQ(index_.candidates(Queue::main, 0, 100).value().size(), 50);
  EXPECT_FALSE(has("scan0"));
}

TEST_F(EvictionRoundTest, AVictimOfProbationBecomesAGhostOneOfMainDoesNot) {
  add("main", 1, Queue::main);
  add("probation", 1);

  ASSERT_EQ(round_.step(2 * kBlock).value(), kBlock);
  ASSERT_EQ(round_.step(kBlock).value(), kBlock);

  EXPECT_TRUE(ghosts_.take(digest("probation")));
  EXPECT_FALSE(ghosts_.take(digest("main")));
}

TEST_F(EvictionRoundTest, AVictimTakesAlongWhatItLeavesBehind) {
  contains("manifest", {"layer1", "layer2"});
  add("layer1", 1);
  add("other", 1);
  add("layer2", 1);
  add("manifest", 1);

  EXPECT_EQ(round_.step(1).value(), 3 * kBlock);

  EXPECT_FALSE(has("layer1") || has("layer2") || has("manifest"));
  EXPECT_TRUE(has("other"));
}

TEST_F(EvictionRoundTest, WhatIsLeftBehindStaysWhenHeldPinnedOrUsed) {
  contains("manifest", {"victim", "held", "pinned", "used"});
  for (const char* name : {"victim", "held", "pinned", "used"}) add(name, 1);
  const Claims::Hold hold = claims_.hold(digest("held"));
  pin("pinned");
  uses_.note(digest("used"), clock_.wall());

  EXPECT_EQ(round_.step(1).value(), kBlock);

  EXPECT_TRUE(has("held") && has("pinned") && has("used"));
}

TEST_F(EvictionRoundTest, IsOverWhenEverythingIsPinned) {
  add("a", 1);
  add("b", 1, Queue::main);
  pin("a");
  pin("b");

  int steps = 0;
  for (; !round_.is_over() && steps < 100; ++steps) EXPECT_EQ(round_.step(kBlock).value(), 0);

  EXPECT_LT(steps, 20);
  EXPECT_TRUE(has("a") && has("b"));
}

TEST_F(EvictionRoundTest, IsOverWhenTheCacheIsEmpty) {
  EXPECT_EQ(round_.step(kBlock).value(), 0);

  EXPECT_TRUE(round_.is_over());
}

TEST_F(EvictionRoundTest, FindsTheOneBlobOnProbationBehindAMainThatIsPinned) {
  for (int i = 0; i < 100; ++i) {
    add("pinned" + std::to_string(i), 1, Queue::main);
    pin("pinned" + std::to_string(i));
  }
  add("free", 1);

  for (int i = 0; i < 3 && has("free"); ++i) ASSERT_TRUE(round_.step(kBlock).ok());

  EXPECT_FALSE(has("free"));
}

TEST_F(EvictionRoundTest, TakesUsedBlobsWhenThereAreNoOthers) {
  add_many(20);
  for (int i = 0; i < 20; ++i) uses_.note(digest(std::to_string(i)), clock_.wall());

  std::uint64_t released = 0;
  for (int i = 0; i < 50 && released == 0; ++i) released = round_.step(kBlock).value();

  EXPECT_EQ(released, kBlock);
}

TEST_F(EvictionRoundTest, TellsWhenTheIndexCannotBeReadOrWritten) {
  add("a", 1);
  const std::size_t removed_before = files_removed();

  index_.fail_reads(Errc::corrupt);
  EXPECT_EQ(round_.step(kBlock).error().code, Errc::corrupt);
  index_.mend();
  index_.fail_writes(Errc::no_space);
  EXPECT_EQ(round_.step(kBlock).error().code, Errc::no_space);

  EXPECT_EQ(files_removed(), removed_before);
  EXPECT_TRUE(has("a"));
}

}  // namespace
}  // namespace larder::cache
