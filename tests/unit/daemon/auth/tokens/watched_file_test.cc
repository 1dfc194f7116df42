#include "daemon/auth/tokens/watched_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

namespace fs = std::filesystem;

class WatchedFileTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) {
    std::ofstream(directory_.path() / name) << content;
  }

  testing::TempDirectory directory_;
  const fs::path path_ = directory_.path() / "file";
  WatchedFile file_{path_, 100};
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
}  // namespace larder::tokens
