// What only the real file system has; the rest is in contract/files_contract_test.cc.
#include "cache/posix_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/support/bytes.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

namespace fs = std::filesystem;
using larder::testing::bytes_of;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PosixFiles, KeepsFilesAndDirectoriesFromOthers) {
  const TempDirectory directory;
  PosixFiles files;

  ASSERT_TRUE(files.make_directories(directory.path() / "a" / "b").ok());
  ASSERT_TRUE(files.create(directory.path() / "a" / "file").ok());

  EXPECT_EQ(fs::status(directory.path() / "a").permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(directory.path() / "a" / "b").permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(directory.path() / "a" / "file").permissions(), fs::perms(0600));
}

TEST(PosixFiles, HasADescriptorThatChildrenDoNotInherit) {
  const TempDirectory directory;
  PosixFiles files;

  const std::unique_ptr<File> file = files.create(directory.path() / "a").value();

  EXPECT_EQ(::fcntl(file->descriptor(), F_GETFD), FD_CLOEXEC);
}

TEST(PosixFiles, MakesAFileReadOnlyForAll) {
  const TempDirectory directory;
  PosixFiles files;

  ASSERT_TRUE(files.create(directory.path() / "a").value()->make_read_only().ok());

  EXPECT_EQ(fs::status(directory.path() / "a").permissions(), fs::perms(0444));
}

TEST(PosixFiles, DoesNotFollowALinkInPlaceOfAFile) {
  const TempDirectory directory;
  PosixFiles files;
  ASSERT_TRUE(files.create(directory.path() / "target").ok());
  fs::create_symlink(directory.path() / "target", directory.path() / "link");

  EXPECT_EQ(files.open_read(directory.path() / "link").error().code, Errc::io);
  EXPECT_EQ(files.create(directory.path() / "link").error().code, Errc::io);
}

TEST(PosixFiles, ListsALinkAsNeitherFileNorDirectory) {
  const TempDirectory directory;
  PosixFiles files;
  fs::create_symlink(directory.path(), directory.path() / "link");

  const std::vector<DirectoryEntry> entries = files.list(directory.path()).value();

  ASSERT_EQ(entries.size(), 1);
  EXPECT_FALSE(entries[0].is_directory);
  EXPECT_EQ(entries[0].size_bytes, 0);
}

TEST(PosixFiles, MakesDirectoriesBelowTheWorkingDirectory) {
  const TempDirectory directory;
  PosixFiles files;
  const fs::path relative = fs::relative(directory.path() / "a" / "b");

  EXPECT_TRUE(files.make_directories(relative).ok());

  EXPECT_TRUE(fs::is_directory(directory.path() / "a" / "b"));
}

TEST(PosixFiles, SaysNoSpaceOnAFullDisk) {
  PosixFiles files;
  const std::unique_ptr<File> full = files.open_write("/dev/full").value();

  const Status written = full->write_at(0, bytes_of("x"));

  EXPECT_EQ(written.error().code, Errc::no_space);
  EXPECT_THAT(written.error().context, HasSubstr("write /dev/full"));
}

TEST(CheckCacheDirectory, AcceptsALocalDirectoryAndLeavesItAsItWas) {
  const TempDirectory directory;

  EXPECT_TRUE(check_cache_directory(directory.path()).ok());

  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(CheckCacheDirectory, DeniesWhatCannotBeWrittenTo) {
  const Status status = check_cache_directory("/sys");  // not even by root

  EXPECT_EQ(status.error().code, Errc::denied);
  EXPECT_THAT(status.error().context, HasSubstr("/sys is not writable"));
  EXPECT_THAT(status.error().context, HasSubstr("choose another directory"));
}

TEST(CheckCacheDirectory, SaysWhenThereIsNoSuchDirectory) {
  const TempDirectory directory;

  EXPECT_EQ(check_cache_directory(directory.path() / "missing").error().code, Errc::not_found);
}

}  // namespace
}  // namespace larder::cache
