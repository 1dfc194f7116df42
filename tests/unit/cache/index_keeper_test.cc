// An index that is damaged, lost or newer, before it is opened and while it serves.
#include "cache/index_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cache/current_index.h"
#include "cache/index_rows.h"
#include "tests/support/index_keeper_fixture.h"

namespace larder::cache {
namespace {

using larder::testing::damage;
using larder::testing::digest_of_number;
using larder::testing::fill_with_numbers;
using larder::testing::record_of_number;
using larder::testing::text_of_number;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IndexKeeperTest : public larder::testing::IndexKeeperFixture {
 protected:
  void write_a_blob_file() {
    const std::filesystem::path folder = directory_.path() / "blobs" / "sha256" / "ab";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "abcd") << "blob";
  }
  // In a tag, wherever it lies.
  void damage_tag() { damage(data(), "type/tag", "type/bag"); }
  static Status read_tags(const IndexKeeper& index) {
    return index.for_each_tag([](const TagName&, const TagRecord&) { return true; });
  }
};

TEST_F(IndexKeeperTest, MakesAnIndexWhereThereIsNone) {
  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_THAT(observer_.replaced, IsEmpty());
  EXPECT_FALSE(index->take_rebuild_wanted());
}

TEST_F(IndexKeeperTest, RemembersEverythingAcrossReopening) {
  fill();

  const auto index = open();

  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_EQ(index->find_blob(digest_of_number(7)).value(), record_of_number(7));
  EXPECT_THAT(observer_.replaced, IsEmpty());
  EXPECT_FALSE(index->take_rebuild_wanted());
}

TEST_F(IndexKeeperTest, MovesADamagedIndexAsideAndWantsItRebuilt) {
  fill();
  overwrite_with_garbage(data());

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_EQ(observer_.replaced[0].why.code, Errc::corrupt);
  EXPECT_FALSE(observer_.replaced[0].restored_from_copy);
  EXPECT_TRUE(std::filesystem::exists(observer_.replaced[0].moved_to / "data.mdb"));
  EXPECT_TRUE(index->take_rebuild_wanted());
  EXPECT_FALSE(index->take_rebuild_wanted()) << "once is enough";
}

TEST_F(IndexKeeperTest, MovesANewerIndexAside) {
  fill();
  damage(data(), encode_schema(kSchemaVersion), encode_schema(kSchemaVersion + 1));

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_THAT(observer_.replaced[0].why.context, HasSubstr("this Larder reads"));
}

TEST_F(IndexKeeperTest, WantsAMissingIndexRebuiltWhenThereAreBlobs) {
  write_a_blob_file();

  const auto index = open();

  EXPECT_TRUE(index->take_rebuild_wanted());
  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_THAT(observer_.replaced[0].why.context, HasSubstr("missing"));
  EXPECT_EQ(observer_.replaced[0].moved_to, "");
}

TEST_F(IndexKeeperTest, RestoresADamagedIndexFromItsCopy) {
  fill(/*with_copy=*/true);
  overwrite_with_garbage(data());

  const auto index = open();

  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_EQ(index->find_document(digest_of_number(40)).value()->bytes, text_of_number(40));
  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_TRUE(observer_.replaced[0].restored_from_copy);
  EXPECT_TRUE(index->take_rebuild_wanted()) << "what came after the copy is in the files";
}

TEST_F(IndexKeeperTest, RestoresAMissingIndexFromItsCopy) {
  fill(/*with_copy=*/true);
  std::filesystem::remove_all(directories_.index());

  const auto index = open();

  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_THAT(asides(), IsEmpty());
}

TEST_F(IndexKeeperTest, WritesToARestoredIndex) {
  fill(/*with_copy=*/true);
  overwrite_with_garbage(data());

  ASSERT_TRUE(open()->put_note("name", "text").ok());

  EXPECT_EQ(open()->find_note("name").value(), "text");
}

TEST_F(IndexKeeperTest, UsesACopyOnce) {
  fill(/*with_copy=*/true);
  overwrite_with_garbage(data());
  open();
  overwrite_with_garbage(data());

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_FALSE(observer_.replaced.back().restored_from_copy);
}

TEST_F(IndexKeeperTest, DoesNotBelieveADamagedCopy) {
  fill(/*with_copy=*/true);
  overwrite_with_garbage(data());
  damage(copy(), "type/tag", "type/bag");

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_FALSE(observer_.replaced[0].restored_from_copy);
  EXPECT_THAT(observer_.troubles[0], HasSubstr("restore"));
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_F(IndexKeeperTest, KeepsTheNewestTwoDamagedOnes) {
  for (int i = 0; i < 4; ++i) {
    fill();
    overwrite_with_garbage(data());
    open();
    clock_.advance(std::chrono::seconds(1));
  }

  EXPECT_THAT(asides(), SizeIs(2));
  EXPECT_TRUE(std::filesystem::exists(observer_.replaced[3].moved_to));
  EXPECT_TRUE(std::filesystem::exists(observer_.replaced[2].moved_to));
  EXPECT_FALSE(std::filesystem::exists(observer_.replaced[1].moved_to));
}

TEST_F(IndexKeeperTest, ServesWhileItIsReadAndReplacesWhatIsFoundDamaged) {
  fill();
  damage(data(), "type/tag", "type/bag");  // nothing that opening looks at

  const auto index = open();
  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_THAT(observer_.replaced, IsEmpty());
  hear_reading(*index);

  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_THAT(observer_.replaced[0].why.context, HasSubstr("a damaged tag row"));
  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_TRUE(index->put_note("name", "text").ok());
}

TEST_F(IndexKeeperTest, ReplacesAnIndexThatACallFindsDamaged) {
  fill(/*with_copy=*/true);
  const auto index = open();
  hear_reading(*index);
  damage_tag();

  EXPECT_EQ(read_tags(*index).error().code, Errc::corrupt);
  EXPECT_EQ(index->find_blob(digest_of_number(7)).value(), record_of_number(7));
  EXPECT_THAT(observer_.replaced, IsEmpty());
  index->tick();

  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_TRUE(observer_.replaced[0].restored_from_copy);
  EXPECT_EQ(index->find_document(digest_of_number(40)).value()->bytes, text_of_number(40));
  EXPECT_TRUE(index->take_rebuild_wanted());
}

TEST_F(IndexKeeperTest, MakesNoCopyOfADamagedIndex) {
  fill(/*with_copy=*/true);
  const auto index = open();
  hear_reading(*index);
  ASSERT_TRUE(index->put_note("name", "text").ok());
  damage_tag();

  EXPECT_FALSE(read_tags(*index).ok());

  EXPECT_EQ(index->copy_now().error().code, Errc::busy);
}

TEST_F(IndexKeeperTest, DoesNotReplaceAgainAndAgainOnADyingDisk) {
  const auto index = open();
  const auto damage_and_tick = [&] {
    ASSERT_TRUE(fill_with_numbers(*index, 50).ok());
    damage_tag();
    EXPECT_FALSE(read_tags(*index).ok());
    index->tick();
  };
  damage_and_tick();
  damage_and_tick();
  EXPECT_THAT(observer_.replaced, SizeIs(1));

  clock_.advance(std::chrono::seconds(10));
  index->tick();

  EXPECT_THAT(observer_.replaced, SizeIs(2));
}

TEST_F(IndexKeeperTest, ServesManyThreadsWhileItIsReplaced) {
  fill(/*with_copy=*/true);
  const auto index = open();
  hear_reading(*index);
  damage_tag();
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&index, thread] {
      for (int i = 0; i < 2000; ++i) {
        const auto blob = index->find_blob(digest_of_number((i + thread) % kBlobs));
        EXPECT_TRUE(blob.ok() && *blob);
        (void)read_tags(*index);
      }
    });
  }

  while (observer_.replaced.empty()) index->tick();
  threads.clear();  // joins

  EXPECT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_TRUE(index->find_document(digest_of_number(40)).value().has_value());
}

TEST_F(IndexKeeperTest, TakesNoWritesThatADamagedIndexWouldLose) {
  fill(/*with_copy=*/true);
  const auto index = open();
  hear_reading(*index);
  damage_tag();
  ASSERT_FALSE(read_tags(*index).ok());

  EXPECT_EQ(index->put_note("name", "text").error().code, Errc::corrupt);
  index->tick();

  EXPECT_TRUE(index->put_note("name", "text").ok());
}

TEST_F(IndexKeeperTest, IsNotReplacedForADamagedCopyOfADocument) {
  fill(/*with_copy=*/true);
  const auto index = open();
  hear_reading(*index);
  std::string damaged = text_of_number(40);
  damaged[0] = 'D';
  damage(data(), text_of_number(40), damaged);

  EXPECT_EQ(index->find_document(digest_of_number(40)).error().code, Errc::corrupt);
  index->tick();

  EXPECT_THAT(observer_.replaced, IsEmpty());
}

TEST_F(IndexKeeperTest, ReadsAMarkedIndexBeforeItServes) {
  fill();
  damage(data(), "type/tag", "type/bag");
  leave_mark();

  const auto index = open();

  ASSERT_THAT(observer_.replaced, SizeIs(1));
  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_FALSE(directories_.is_marked());
}

TEST_F(IndexKeeperTest, TakesTheMarkAwayWhenTheReadingWasGood) {
  fill();
  leave_mark();

  const auto index = open();

  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_FALSE(directories_.is_marked());
  EXPECT_TRUE(index->copy_now().ok()) << "it has been read whole";
}

TEST_F(IndexKeeperTest, SurvivesAMarkedIndexThatKillsItsReader) {
  fill();
  const auto size = std::filesystem::file_size(data());
  larder::testing::write_over(data(), 2 * 4096, std::string(size - 2 * 4096, '\x7f'));
  leave_mark();

  const auto index = open();

  EXPECT_EQ(index->totals().value(), IndexTotals{});
  EXPECT_FALSE(directories_.is_marked());
}

TEST_F(IndexKeeperTest, ServesWithoutItsReaderAndTriesAgain) {
  fill();
  options_.reader = {"/no/such/program"};

  const auto index = open();
  clock_.advance(std::chrono::minutes(1));
  index->tick();

  EXPECT_THAT(observer_.troubles, SizeIs(2));
  EXPECT_THAT(observer_.troubles, Each(HasSubstr("/no/such/program")));
  EXPECT_THAT(observer_.replaced, IsEmpty());
  EXPECT_EQ(index->totals()->blobs, kBlobs);
  EXPECT_EQ(index->copy_now().error().code, Errc::busy) << "nobody knows whether it is good";
}

TEST_F(IndexKeeperTest, KeepsAnIndexWhoseReaderSomebodyEnded) {
  fill(/*with_copy=*/true);
  options_.reader = {"/bin/sh", "-c", "kill -KILL $$"};

  const auto index = open();
  hear_reading(*index);

  EXPECT_THAT(observer_.troubles, ElementsAre(HasSubstr("signal 9")));
  EXPECT_THAT(observer_.replaced, IsEmpty());
  EXPECT_EQ(index->totals()->blobs, kBlobs);
}

TEST_F(IndexKeeperTest, KeepsACopyThatCannotBeReadAndTriesAgain) {
  fill(/*with_copy=*/true);
  options_.reader = {"/no/such/program"};
  const auto index = open();
  damage_tag();
  EXPECT_FALSE(read_tags(*index).ok());

  index->tick();
  clock_.advance(std::chrono::seconds(10));
  index->tick();

  EXPECT_THAT(observer_.troubles, SizeIs(3)) << "of the index, and of its copy twice";
  EXPECT_TRUE(std::filesystem::exists(copy()));
  EXPECT_THAT(observer_.replaced, IsEmpty());
}

TEST_F(IndexKeeperTest, LeavesTheReadingOfACopyToTheNextStartWhenToldToStop) {
  fill(/*with_copy=*/true);
  const auto good_reader = std::exchange(options_.reader, {"/bin/sh", "-c", "exec sleep 1000"});
  {
    const auto index = open();
    damage_tag();
    EXPECT_FALSE(read_tags(*index).ok());
    std::stop_source stop;
    stop.request_stop();
    index->tick(stop.get_token());
    EXPECT_THAT(observer_.troubles, ElementsAre(HasSubstr("cancelled")));
  }

  options_.reader = good_reader;
  EXPECT_EQ(open()->totals()->blobs, kBlobs);
  EXPECT_TRUE(observer_.replaced.at(0).restored_from_copy);
}

TEST_F(IndexKeeperTest, SaysWhyThereCanBeNoIndex) {
  std::ofstream(directory_.path() / "file") << "x";
  options_.cache = directory_.path() / "file";

  EXPECT_FALSE(IndexKeeper::open(options_, clock_, observer_).ok());
}

}  // namespace
}  // namespace larder::cache
