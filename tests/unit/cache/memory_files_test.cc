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

TEST_F(MemoryFilesTest, TellsTheSpaceItIsGiven) {
  files_.set_space({.total_bytes = 10, .available_bytes = 3});

  EXPECT_EQ(files_.space("/d")->available_bytes, 3);
}

}  // namespace
}  // namespace larder::testing
