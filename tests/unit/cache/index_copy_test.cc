// When the index is copied, and where everything lies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "cache/index_directories.h"
#include "tests/support/index_keeper_fixture.h"

namespace larder::cache {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using larder::testing::bytes_of_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class IndexCopy : public larder::testing::IndexKeeperFixture {
 protected:
  bool is_there() const { return fs::exists(copy()); }
};

TEST_F(IndexCopy, IsMadeWhenTheIntervalHasPassed) {
  const auto index = open();
  ASSERT_TRUE(index->put_note("name", "text").ok());

  index->tick();
  EXPECT_FALSE(is_there());
  clock_.advance(options_.copy_interval);
  index->tick();

  EXPECT_TRUE(is_there());
  EXPECT_THAT(observer_.troubles, IsEmpty());
}

TEST_F(IndexCopy, IsMadeOnlyWhenSomethingWasWritten) {
  const auto index = open();
  ASSERT_TRUE(index->copy_now().ok());
  fs::remove(copy());

  clock_.advance(options_.copy_interval);
  index->tick();
  EXPECT_FALSE(is_there());

  ASSERT_TRUE(index->put_note("name", "text").ok());
  clock_.advance(options_.copy_interval);
  index->tick();
  EXPECT_TRUE(is_there());
}

TEST_F(IndexCopy, IsNotMadeAgainAfterARestartWithoutWrites) {
  fill(/*with_copy=*/true);
  // File times are coarse; a copy that is not clearly newer is made again.
  fs::last_write_time(copy(), fs::last_write_time(copy()) + std::chrono::seconds(1));
  const auto index = open();
  hear_reading(*index);
  fs::remove(copy());

  ASSERT_TRUE(index->copy_now().ok());

  EXPECT_FALSE(is_there());
}

TEST_F(IndexCopy, HoldsWhatWasThereWhenItWasMade) {
  fill(/*with_copy=*/true);
  {
    const auto index = open();
    ASSERT_TRUE(index->put_note("later", "text").ok());
  }
  fs::remove_all(directories_.index());

  const auto index = open();

  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_EQ(index->find_note("later").value(), std::nullopt);
}

TEST_F(IndexCopy, IsForItsOwnerAlone) {
  fill(/*with_copy=*/true);

  EXPECT_EQ(fs::status(directories_.copy()).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(copy()).permissions(), fs::perms(0600));
}

TEST_F(IndexCopy, ThatFailsIsToldAndTriedAgainLater) {
  const auto index = open();
  ASSERT_TRUE(index->put_note("name", "text").ok());
  std::ofstream(directories_.copy()) << "in the way";
  clock_.advance(options_.copy_interval);

  index->tick();
  EXPECT_THAT(observer_.troubles, ElementsAre(HasSubstr("copy")));
  index->tick();
  EXPECT_THAT(observer_.troubles, ElementsAre(HasSubstr("copy"))) << "not at once";

  fs::remove(directories_.copy());
  clock_.advance(options_.copy_interval);
  index->tick();
  EXPECT_TRUE(is_there());
}

TEST_F(IndexCopy, ThatFailsLeavesTheOneBeforeAndNothingElse) {
  fill(/*with_copy=*/true);
  const std::string before = bytes_of_file(copy());

  const Status done = directories_.replace_copy([](int descriptor) -> Status {
    EXPECT_EQ(::write(descriptor, "half", 4), 4);
    return Error{Errc::no_space, "full"};
  });

  EXPECT_EQ(done.error().code, Errc::no_space);
  EXPECT_EQ(bytes_of_file(copy()), before);
  EXPECT_FALSE(fs::exists(directories_.copy() / "data.mdb.new"));
}

TEST_F(IndexCopy, HalfWrittenIsNotTakenForOne) {
  fill();
  fs::create_directories(directories_.copy());
  std::ofstream(directories_.copy() / "data.mdb.new") << "half";
  overwrite_with_garbage(data());

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
}

TEST_F(IndexCopy, IsCountedWithTheIndexAndTheDamagedOnes) {
  fill();
  const std::uint64_t alone = directories_.bytes_on_disk();
  EXPECT_GE(alone, fs::file_size(data()));

  ASSERT_TRUE(directories_
                  .replace_copy([](int descriptor) {
                    const std::string bytes(1 << 20, 'c');
                    EXPECT_EQ(::write(descriptor, bytes.data(), bytes.size()), 1 << 20);
                    return Status();
                  })
                  .ok());
  EXPECT_GE(directories_.bytes_on_disk(), alone + (1 << 20));

  const std::uint64_t both = directories_.bytes_on_disk();
  ASSERT_TRUE(directories_.move_index_aside(clock_.wall()).ok());
  EXPECT_EQ(directories_.bytes_on_disk(), both);
}

}  // namespace
}  // namespace larder::cache
