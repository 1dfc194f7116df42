// The faults of the fake; its ordinary side is in contract/files_contract_test.cc.
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/bytes.h"

namespace larder::testing {
namespace {

using cache::File;

class MemoryFilesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.make_directories("/d").ok()); }

  std::string get(const std::string& path) {
    const Result<std::unique_ptr<File>> file = files_.open_read(path);
    return file ? text_of(**file) : std::string(to_string(file.error().code));
  }

  MemoryFiles files_;
};

TEST_F(MemoryFilesTest, FailsTheNthCallOnce) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();

  files_.fail(FileCall::write, Errc::io, 2);

  EXPECT_TRUE(file->write_at(0, bytes_of("a")).ok());
  EXPECT_EQ(file->write_at(1, bytes_of("b")).error().code, Errc::io);
  EXPECT_TRUE(file->write_at(1, bytes_of("c")).ok());
  EXPECT_EQ(text_of(*file), "ac");
}

TEST_F(MemoryFilesTest, FailsUntilMended) {
  files_.fail_always(FileCall::create, Errc::denied);
  EXPECT_EQ(files_.create("/d/a").error().code, Errc::denied);
  EXPECT_EQ(files_.create("/d/a").error().code, Errc::denied);

  files_.mend();

  EXPECT_TRUE(files_.create("/d/a").ok());
  EXPECT_EQ(files_.calls(FileCall::create), 3);
}

TEST_F(MemoryFilesTest, WritesHalfOfWhatDoesNotFit) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  files_.fail(FileCall::write, Errc::no_space);

  EXPECT_EQ(file->write_at(0, bytes_of("abcd")).error().code, Errc::no_space);

  EXPECT_EQ(text_of(*file), "ab");
}

TEST_F(MemoryFilesTest, DiesAfterSoManyChangesAndKeepsWhatWasWritten) {
  files_.die_after(2);

  const std::unique_ptr<File> file = files_.create("/d/a").value();
  EXPECT_TRUE(file->write_at(0, bytes_of("a")).ok());
  EXPECT_FALSE(file->write_at(1, bytes_of("b")).ok());
  EXPECT_EQ(get("/d/a"), "io");
  files_.mend();

  EXPECT_EQ(get("/d/a"), "a");
}

TEST_F(MemoryFilesTest, LosesWithThePowerWhatWasNotSynced) {
  const std::unique_ptr<File> file = files_.create("/d/synced").value();
  ASSERT_TRUE(file->write_at(0, bytes_of("kept")).ok());
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(files_.create("/d/empty").ok());
  ASSERT_TRUE(files_.sync_directory("/d").ok());
  ASSERT_TRUE(file->write_at(4, bytes_of(" lost")).ok());
  ASSERT_TRUE(files_.create("/d/unlisted").ok());

  files_.lose_power();

  EXPECT_EQ(get("/d/synced"), "kept");
  EXPECT_EQ(get("/d/empty"), "");
  EXPECT_EQ(get("/d/unlisted"), "not_found");
}

TEST_F(MemoryFilesTest, TakesARenameBackUnlessTheDirectoryWasSynced) {
  const std::unique_ptr<File> file = files_.create("/d/before").value();
  ASSERT_TRUE(files_.sync_directory("/d").ok());
  ASSERT_TRUE(files_.rename("/d/before", "/d/after").ok());

  files_.lose_power();

  EXPECT_EQ(get("/d/before"), "");
  EXPECT_EQ(get("/d/after"), "not_found");
}

TEST_F(MemoryFilesTest, FailsAtRandomInAnOrderThatIsTheSeedsAlone) {
  const auto outcomes = [](std::uint64_t seed) {
    MemoryFiles files(seed);
    files.fail_at_random(FileCall::list, Errc::io, 500);
    EXPECT_TRUE(files.make_directories("/d").ok());
    std::string text;
    for (int i = 0; i < 40; ++i) text += files.list("/d").ok() ? '+' : '-';
    return text;
  };

  EXPECT_EQ(outcomes(1), outcomes(1));
  EXPECT_NE(outcomes(1), outcomes(2));
  EXPECT_THAT(outcomes(1), ::testing::AllOf(::testing::HasSubstr("+"), ::testing::HasSubstr("-")));
}

TEST_F(MemoryFilesTest, WritesAPartWhenItFailsAtRandom) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  files_.fail_at_random(FileCall::write, Errc::no_space, 1000);

  EXPECT_EQ(file->write_at(0, bytes_of(std::string(1000, 'a'))).error().code, Errc::no_space);

  EXPECT_GT(text_of(*file).size(), 0u);
  EXPECT_LT(text_of(*file).size(), 1000u);
}

TEST_F(MemoryFilesTest, LosesSomeOfThePagesThatWereNotSynced) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  ASSERT_TRUE(files_.sync_directory("/d").ok());
  ASSERT_TRUE(file->write_at(0, bytes_of(std::string(1600, 'o'))).ok());
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->write_at(0, bytes_of(std::string(1600, 'n'))).ok());

  files_.lose_power_partly();

  EXPECT_THAT(get("/d/a"), ::testing::ContainsRegex("o{16}"));
  EXPECT_THAT(get("/d/a"), ::testing::ContainsRegex("n{16}"));
  EXPECT_EQ(get("/d/a").size(), 1600u);
}

TEST_F(MemoryFilesTest, LosesSomeOfTheEntriesThatWereNotSynced) {
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(files_.create("/d/" + std::to_string(i)).ok());

  files_.lose_power_partly();

  EXPECT_GT(files_.contents().size(), 0u);
  EXPECT_LT(files_.contents().size(), 40u);
}

TEST_F(MemoryFilesTest, KeepsWhatWasSyncedThroughAPartialLoss) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  ASSERT_TRUE(file->write_at(0, bytes_of("kept")).ok());
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(files_.sync_directory("/d").ok());

  for (int i = 0; i < 10; ++i) files_.lose_power_partly();

  EXPECT_EQ(get("/d/a"), "kept");
}

TEST_F(MemoryFilesTest, NeverMakesLastingWhatAFailedSyncGaveUp) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  ASSERT_TRUE(files_.sync_directory("/d").ok());
  ASSERT_TRUE(file->write_at(0, bytes_of("given up")).ok());
  files_.fail(FileCall::sync, Errc::io);
  EXPECT_FALSE(file->sync().ok());

  EXPECT_TRUE(file->sync().ok());
  files_.lose_power();

  EXPECT_NE(get("/d/a"), "given up");
}

TEST_F(MemoryFilesTest, CountsBlocksWithoutHoles) {
  const std::unique_ptr<File> file = files_.create("/d/a").value();
  ASSERT_TRUE(file->write_at(100'000, bytes_of("x")).ok());
  ASSERT_TRUE(file->write_at(0, bytes_of("y")).ok());
  ASSERT_TRUE(files_.create("/d/not counted").value()->write_at(0, bytes_of("z")).ok());

  files_.count([](std::string_view name) { return name == "a"; });

  EXPECT_EQ(files_.disk_bytes(), 2 * 4096u);
  EXPECT_EQ(files_.list("/d")->front().disk_bytes, 2 * 4096u);
}

TEST_F(MemoryFilesTest, TellsTheSpaceItIsGiven) {
  files_.set_space({.total_bytes = 10, .available_bytes = 3});

  EXPECT_EQ(files_.space("/d")->available_bytes, 3);
}

}  // namespace
}  // namespace larder::testing
