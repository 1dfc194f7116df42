// What only the real file system has; the rest is in contract/files_contract_test.cc.
#include "cache/posix_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

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

// How many pages of a file are in memory.
long resident_pages(const File& file) {
  const std::size_t size_bytes = file.size_bytes().value();
  void* const map =
      ::mmap(nullptr, size_bytes, PROT_READ, MAP_SHARED, file.descriptor(), /*offset=*/0);
  CHECK(map != MAP_FAILED);
  std::vector<unsigned char> pages(size_bytes / 4096 + 1);
  CHECK(::mincore(map, size_bytes, pages.data()) == 0);
  ::munmap(map, size_bytes);
  return std::count_if(pages.begin(), pages.end(), [](unsigned char page) { return page & 1; });
}

bool keeps_pages_for_good(const fs::path& path) {
  constexpr unsigned kTmpfs = 0x01021994;
  struct statfs info;
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == kTmpfs;
}

TEST(PosixFiles, LeavesMemoryAsItWasWhenItReadsOnce) {
  const TempDirectory directory;
  if (keeps_pages_for_good(directory.path())) GTEST_SKIP() << "a file system in memory";
  PosixFiles files;
  std::vector<std::byte> bytes((4 << 20) + 1000, std::byte{7});
  const std::unique_ptr<File> file = files.create(directory.path() / "a").value();
  ASSERT_TRUE(file->write_at(0, bytes).ok());
  ASSERT_TRUE(file->sync().ok());
  file->drop_cached();
  ASSERT_EQ(resident_pages(*file), 0);
  const std::unique_ptr<File> used = files.open_read(directory.path() / "a").value();
  ASSERT_TRUE(used->read_at(1 << 20, std::span(bytes).first(100 << 12)).ok());
  const long used_pages = resident_pages(*file);
  ASSERT_GE(used_pages, 100);

  std::uint64_t done = 0;
  while (const std::size_t got =
             file->read_once_at(done, std::span(bytes).first(256 << 10)).value()) {
    done += got;
  }

  EXPECT_EQ(done, (4U << 20) + 1000);
  EXPECT_EQ(resident_pages(*file), used_pages);
}

TEST(PosixFiles, ReadsTheSameBytesOnceWhetherTheyAreInMemoryOrNot) {
  const TempDirectory directory;
  PosixFiles files;
  const std::unique_ptr<File> file = files.create(directory.path() / "a").value();
  ASSERT_TRUE(file->write_at(0, bytes_of("hello world")).ok());
  ASSERT_TRUE(file->sync().ok());
  std::array<std::byte, 8> buffer;

  EXPECT_EQ(file->read_once_at(6, buffer).value(), 5);
  file->drop_cached();
  EXPECT_EQ(file->read_once_at(0, buffer).value(), 8);
  EXPECT_TRUE(std::ranges::equal(buffer, bytes_of("hello wo")));
  EXPECT_EQ(file->read_once_at(11, buffer).value(), 0);
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
