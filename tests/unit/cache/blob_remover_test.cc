#include "cache/blob_remover.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

using testing::FileCall;
using testing::kBlock;

class BlobRemoverTest : public testing::EvictionFixture {
 protected:
  Result<std::uint64_t> remove(const std::vector<std::string>& names) {
    std::vector<BlobRemover::Victim> victims;
    for (const std::string& name : names) {
      auto victim = remover_.claim(digest(name));
      CHECK(victim.ok() && *victim);
      victims.push_back(**std::move(victim));
    }
    return remover_.remove(victims);
  }

  BlobRemover remover_{{index_, *blob_files_, *space_, claims_, observer_, recordless_}};
};

TEST_F(BlobRemoverTest, RemovesRecordFileAndCount) {
  add("a", 10);
  add("b", 5);

  EXPECT_EQ(remove({"a", "b"}).value(), 15 * kBlock);

  EXPECT_FALSE(has_record("a") || has_file("a") || has_record("b") || has_file("b"));
  EXPECT_EQ(space_->used_bytes(), 0);
  EXPECT_EQ(observer_.evictions, 2);
  EXPECT_FALSE(claims_.is_held(digest("a")));
}

TEST_F(BlobRemoverTest, ClaimsNothingThatIsHeldOrUnknown) {
  add("held");
  const Claims::Hold hold = claims_.hold(digest("held"));

  EXPECT_FALSE(remover_.claim(digest("held")).value().has_value());
  EXPECT_FALSE(remover_.claim(digest("unknown")).value().has_value());
}

TEST_F(BlobRemoverTest, RemovesNothingWhenTheIndexFails) {
  add("a", 10);
  index_.fail_writes(Errc::io);

  EXPECT_EQ(remove({"a"}).error().code, Errc::io);

  EXPECT_TRUE(has("a"));
  EXPECT_EQ(space_->used_bytes(), 10 * kBlock);
  EXPECT_EQ(observer_.evictions, 0);
}

TEST_F(BlobRemoverTest, ABlobWhoseFileStaysGetsItsRecordBackAndIsCounted) {
  contains("a", {"child"});
  add("a", 10, Queue::main);
  const auto before = index_.find_blob(digest("a")).value();
  files_.fail_always(FileCall::remove, Errc::io);

  EXPECT_EQ(remove({"a"}).error().code, Errc::io);

  EXPECT_TRUE(has("a"));
  EXPECT_EQ(index_.find_blob(digest("a")).value(), before);
  EXPECT_EQ(index_.children_of(digest("a")).value(), std::vector{digest("child")});
  EXPECT_EQ(space_->used_bytes(), 10 * kBlock);
}

TEST_F(BlobRemoverTest, OneFileThatStaysDoesNotKeepTheOthers) {
  add("a", 10);
  add("b", 5);
  files_.fail(FileCall::remove, Errc::io);

  EXPECT_EQ(remove({"a", "b"}).value(), 5 * kBlock);

  EXPECT_TRUE(has("a"));
  EXPECT_FALSE(has_file("b"));
  EXPECT_EQ(space_->used_bytes(), 10 * kBlock);
}

}  // namespace
}  // namespace larder::cache
