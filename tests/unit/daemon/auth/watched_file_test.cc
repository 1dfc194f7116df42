#include "daemon/auth/watched_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "cache/base/unique_fd.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

namespace fs = std::filesystem;

class WatchedFileTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) {
    std::ofstream(directory_.path() / name) << content;
  }

  testing::TempDirectory directory_;
  const fs::path path_ = directory_.path() / "file";
  testing::FakeClock clock_;
  WatchedFile file_{path_, 100, clock_};
};

TEST_F(WatchedFileTest, IsReadOnceAndAgainWhenItHasChanged) {
  write("file", "one");
  EXPECT_EQ(**file_.read_if_changed(), "one");
  EXPECT_FALSE(file_.read_if_changed()->has_value());

  write("next", "two");
  fs::rename(directory_.path() / "next", path_);

  EXPECT_EQ(**file_.read_if_changed(), "two");
  EXPECT_FALSE(file_.read_if_changed()->has_value());
}

TEST_F(WatchedFileTest, SeesTheSwappedLinkOfAMountedSecret) {
  fs::create_directory(directory_.path() / "v1");
  fs::create_directory(directory_.path() / "v2");
  write("v1/file", "one");
  write("v2/file", "two");
  fs::create_symlink("v1", directory_.path() / "..data");
  fs::create_symlink("..data/file", path_);
  ASSERT_EQ(**file_.read_if_changed(), "one");

  fs::create_symlink("v2", directory_.path() / "..next");
  fs::rename(directory_.path() / "..next", directory_.path() / "..data");

  EXPECT_EQ(**file_.read_if_changed(), "two");
}

// As two changes within one tick of a file system's time. Of writes through one mapping only the
// first is seen in the times.
TEST_F(WatchedFileTest, SeesARewriteThatNoTimeTells) {
  write("file", "...");
  const UniqueFd fd(::open(path_.c_str(), O_RDWR));
  auto* const mapped =
      static_cast<char*>(::mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  ASSERT_NE(mapped, MAP_FAILED);
  std::memcpy(mapped, "one", 3);
  EXPECT_EQ(file_.read_if_changed()->value_or("unseen"), "one");

  std::memcpy(mapped, "two", 3);

  EXPECT_EQ(file_.read_if_changed()->value_or("unseen"), "two");
  ::munmap(mapped, 3);
}

TEST_F(WatchedFileTest, IsGivenOnceWhateverItsAge) {
  write("file", "one");
  ASSERT_EQ(**file_.read_if_changed(), "one");

  clock_.advance(std::chrono::hours(1));
  EXPECT_FALSE(file_.read_if_changed()->has_value());
  EXPECT_FALSE(file_.read_if_changed()->has_value());
  write("file", "longer");
  EXPECT_EQ(**file_.read_if_changed(), "longer");
}

TEST_F(WatchedFileTest, LooksAgainAfterAnError) {
  EXPECT_EQ(file_.read_if_changed().error().code, Errc::not_found);
  write("file", "one");

  EXPECT_EQ(**file_.read_if_changed(), "one");
}

TEST_F(WatchedFileTest, IsNoLargerThanItMayBe) {
  write("file", std::string(101, 'x'));

  EXPECT_EQ(file_.read_if_changed().error().code, Errc::invalid);
}

TEST_F(WatchedFileTest, IsNotHeldUpByAFifo) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);

  EXPECT_EQ(file_.read_if_changed().error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::auth
