// What every Files must do, run on the one in memory and the real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cache/posix_files.h"
#include "tests/support/bytes.h"
#include "tests/support/memory_files.h"
#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::MemoryFiles;
using larder::testing::TempDirectory;
using larder::testing::text_of;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using MakeFiles = std::function<std::unique_ptr<Files>()>;

class FilesContract : public ::testing::TestWithParam<MakeFiles> {
 protected:
  void SetUp() override { ASSERT_TRUE(files_->make_directories(root_).ok()); }

  void put(const std::filesystem::path& path, std::string_view text) {
    ASSERT_TRUE(files_->create(path).value()->write_at(0, bytes_of(text)).ok());
  }
  std::string get(const std::filesystem::path& path) {
    const Result<std::unique_ptr<File>> file = files_->open_read(path);
    return file ? text_of(**file) : describe(file.error());
  }

  TempDirectory directory_;
  std::filesystem::path root_ = directory_.path() / "root";
  std::unique_ptr<Files> files_ = GetParam()();
};

INSTANTIATE_TEST_SUITE_P(Memory, FilesContract,
                         ::testing::Values([] { return std::make_unique<MemoryFiles>(); }));
INSTANTIATE_TEST_SUITE_P(Posix, FilesContract,
                         ::testing::Values([] { return std::make_unique<PosixFiles>(); }));

TEST_P(FilesContract, ReadsBackWhatWasWritten) {
  const std::unique_ptr<File> file = files_->create(root_ / "a").value();

  ASSERT_TRUE(file->write_at(0, bytes_of("hello ")).ok());
  ASSERT_TRUE(file->write_at(6, bytes_of("world")).ok());

  EXPECT_EQ(text_of(*file), "hello world");
  EXPECT_EQ(get(root_ / "a"), "hello world");
  EXPECT_EQ(file->size_bytes().value(), 11);
}

TEST_P(FilesContract, LeavesAHoleBeforeALaterWrite) {
  const std::unique_ptr<File> file = files_->create(root_ / "a").value();

  ASSERT_TRUE(file->write_at(3, bytes_of("x")).ok());

  EXPECT_EQ(text_of(*file), std::string("\0\0\0x", 4));
}

TEST_P(FilesContract, ReadsNothingAtAndBeyondTheEnd) {
  put(root_ / "a", "abc");
  const std::unique_ptr<File> file = files_->open_read(root_ / "a").value();
  std::array<std::byte, 8> buffer;

  EXPECT_EQ(file->read_at(1, buffer).value(), 2);
  EXPECT_EQ(file->read_at(3, buffer).value(), 0);
  EXPECT_EQ(file->read_at(1 << 20, buffer).value(), 0);
}

TEST_P(FilesContract, WritesNothingForNoBytes) {
  const std::unique_ptr<File> file = files_->create(root_ / "a").value();

  EXPECT_TRUE(file->write_at(100, {}).ok());

  EXPECT_EQ(file->size_bytes().value(), 0);
}

TEST_P(FilesContract, CreatesOverAnEmptiedFile) {
  put(root_ / "a", "before");

  const std::unique_ptr<File> file = files_->create(root_ / "a").value();

  EXPECT_EQ(file->size_bytes().value(), 0);
}

TEST_P(FilesContract, OpensForWritingWithoutEmptying) {
  put(root_ / "a", "before");

  ASSERT_TRUE(files_->open_write(root_ / "a").value()->write_at(0, bytes_of("BE")).ok());

  EXPECT_EQ(get(root_ / "a"), "BEfore");
}

TEST_P(FilesContract, SaysNotFoundAndThePath) {
  const Result<std::unique_ptr<File>> missing = files_->open_read(root_ / "missing");

  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().context, ::testing::HasSubstr(root_ / "missing"));
  EXPECT_EQ(files_->open_write(root_ / "missing").error().code, Errc::not_found);
  EXPECT_EQ(files_->create(root_ / "no" / "where").error().code, Errc::not_found);
  EXPECT_EQ(files_->list(root_ / "missing").error().code, Errc::not_found);
  EXPECT_EQ(files_->rename(root_ / "missing", root_ / "a").error().code, Errc::not_found);
  EXPECT_EQ(files_->sync_directory(root_ / "missing").error().code, Errc::not_found);
}

TEST_P(FilesContract, RenamesOverAnother) {
  put(root_ / "from", "new");
  put(root_ / "to", "old");
  const std::unique_ptr<File> old = files_->open_read(root_ / "to").value();

  ASSERT_TRUE(files_->rename(root_ / "from", root_ / "to").ok());

  EXPECT_EQ(get(root_ / "to"), "new");
  EXPECT_EQ(files_->open_read(root_ / "from").error().code, Errc::not_found);
  EXPECT_EQ(text_of(*old), "old");
}

TEST_P(FilesContract, KeepsARemovedFileForWhoHasItOpen) {
  put(root_ / "a", "still here");
  const std::unique_ptr<File> open = files_->open_read(root_ / "a").value();

  ASSERT_TRUE(files_->remove(root_ / "a").ok());

  EXPECT_EQ(text_of(*open), "still here");
  EXPECT_EQ(files_->open_read(root_ / "a").error().code, Errc::not_found);
}

TEST_P(FilesContract, RemovesWhatIsNotThere) {
  EXPECT_TRUE(files_->remove(root_ / "missing").ok());
}

TEST_P(FilesContract, ListsFilesWithSizesAndDirectories) {
  put(root_ / "file", "12345");
  ASSERT_TRUE(files_->make_directories(root_ / "folder" / "below").ok());

  const std::vector<DirectoryEntry> entries = files_->list(root_).value();

  EXPECT_THAT(entries, UnorderedElementsAre(Field(&DirectoryEntry::name, "file"),
                                            Field(&DirectoryEntry::name, "folder")));
  EXPECT_THAT(entries, UnorderedElementsAre(Field(&DirectoryEntry::size_bytes, 5),
                                            Field(&DirectoryEntry::is_directory, true)));
}

TEST_P(FilesContract, MakesDirectoriesTwiceAndWithATrailingSlash) {
  EXPECT_TRUE(files_->make_directories(root_ / "a" / "b" / "").ok());
  EXPECT_TRUE(files_->make_directories(root_ / "a" / "b").ok());

  EXPECT_THAT(files_->list(root_ / "a" / "b").value(), IsEmpty());
}

TEST_P(FilesContract, MakesNoDirectoryInPlaceOfAFile) {
  put(root_ / "a", "file");

  EXPECT_FALSE(files_->make_directories(root_ / "a").ok());
  EXPECT_FALSE(files_->make_directories(root_ / "a" / "b").ok());

  EXPECT_EQ(get(root_ / "a"), "file");
}

TEST_P(FilesContract, SyncsFilesAndDirectories) {
  put(root_ / "a", "text");

  EXPECT_TRUE(files_->open_write(root_ / "a").value()->sync().ok());
  EXPECT_TRUE(files_->sync_directory(root_).ok());
}

TEST_P(FilesContract, ReadsAReadOnlyFile) {
  put(root_ / "a", "text");

  ASSERT_TRUE(files_->open_write(root_ / "a").value()->make_read_only().ok());

  EXPECT_EQ(get(root_ / "a"), "text");
}

TEST_P(FilesContract, KnowsTheSpace) {
  const Space space = files_->space(root_).value();

  EXPECT_GT(space.total_bytes, 0);
  EXPECT_LE(space.available_bytes, space.total_bytes);
}

}  // namespace
}  // namespace larder::cache
