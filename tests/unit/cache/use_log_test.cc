#include "cache/use_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/bytes.h"
#include "tests/support/memory_index.h"

namespace larder::cache {
namespace {

using std::chrono::seconds;
using testing::digest_of_text;
using testing::MemoryIndex;

constexpr WallTime kStored{seconds(1000)};
constexpr WallTime kUsed{seconds(2000)};

void put(MemoryIndex& index, const Digest& digest) {
  ASSERT_TRUE(index.put_blob(digest, {10, "", kStored}, std::nullopt).ok());
}

TEST(UseLog, WritesDownWhatWasUsed) {
  const Digest digest = digest_of_text("blob");
  MemoryIndex index;
  put(index, digest);
  UseLog log;

  log.note(digest, kUsed);
  ASSERT_TRUE(log.flush(index).ok());

  EXPECT_EQ(index.find_blob(digest).value()->uses, 1);
  EXPECT_EQ(index.find_blob(digest).value()->used_at, kUsed);
  EXPECT_EQ(index.candidates(Queue::probation, 0, 1)->front().frequency, 1);
}

TEST(UseLog, CountsManyUsesBetweenTwoFlushesOnceAndKeepsTheLastTime) {
  const Digest digest = digest_of_text("blob");
  MemoryIndex index;
  put(index, digest);
  UseLog log;

  log.note(digest, kUsed);
  log.note(digest, kUsed + seconds(5));
  log.note(digest, kUsed + seconds(3));
  ASSERT_TRUE(log.flush(index).ok());

  EXPECT_EQ(index.find_blob(digest).value()->uses, 1);
  EXPECT_EQ(index.find_blob(digest).value()->used_at, kUsed + seconds(5));
}

TEST(UseLog, KnowsUsesUntilTheyAreWrittenDown) {
  MemoryIndex index;
  UseLog log;
  EXPECT_FALSE(log.is_used(digest_of_text("blob")));

  log.note(digest_of_text("blob"), kUsed);
  EXPECT_TRUE(log.is_used(digest_of_text("blob")));
  ASSERT_TRUE(log.flush(index).ok());

  EXPECT_FALSE(log.is_used(digest_of_text("blob")));
}

TEST(UseLog, WantsAFlushAtThreeQuarters) {
  UseLog log(4);
  log.note(digest_of_text("1"), kUsed);
  log.note(digest_of_text("2"), kUsed);
  EXPECT_FALSE(log.wants_flush());

  log.note(digest_of_text("3"), kUsed);

  EXPECT_TRUE(log.wants_flush());
}

TEST(UseLog, IgnoresFurtherBlobsWhenItIsFull) {
  UseLog log(2);
  for (const char* name : {"1", "2", "3"}) log.note(digest_of_text(name), kUsed);

  EXPECT_TRUE(log.is_used(digest_of_text("2")));
  EXPECT_FALSE(log.is_used(digest_of_text("3")));
}

TEST(UseLog, KeepsWhatCouldNotBeWritten) {
  const Digest digest = digest_of_text("blob");
  MemoryIndex index;
  put(index, digest);
  UseLog log;
  log.note(digest, kUsed);

  index.fail_writes(Errc::no_space);
  EXPECT_EQ(log.flush(index).error().code, Errc::no_space);
  EXPECT_TRUE(log.is_used(digest));
  index.mend();
  ASSERT_TRUE(log.flush(index).ok());

  EXPECT_EQ(index.find_blob(digest).value()->uses, 1);
}

TEST(UseLog, WritesNothingWhenNothingWasUsed) {
  MemoryIndex index;
  index.fail_writes(Errc::io);

  EXPECT_TRUE(UseLog().flush(index).ok());
}

TEST(UseLog, LosesNoUseThatComesDuringAFlush) {
  const Digest digest = digest_of_text("blob");
  MemoryIndex index;
  put(index, digest);
  UseLog log;
  {
    std::jthread notes([&] {
      for (int i = 0; i < 1000; ++i) log.note(digest, kUsed + seconds(i));
    });
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(log.flush(index).ok());
  }
  ASSERT_TRUE(log.flush(index).ok());

  EXPECT_EQ(index.find_blob(digest).value()->used_at, kUsed + seconds(999));
}

}  // namespace
}  // namespace larder::cache
