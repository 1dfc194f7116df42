#include "cache/base/small_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace larder {
namespace {

class SmallFileTest : public ::testing::Test {
 protected:
  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "secret";
};

TEST_F(SmallFileTest, GivesTheWholeContentUpToItsLimit) {
  const std::string content = "a\0b\n" + std::string(10'000, 'x');
  std::ofstream(file_, std::ios::binary) << content;

  EXPECT_EQ(read_small_file(file_, content.size()).value(), content);
  EXPECT_EQ(read_small_file(file_, content.size() - 1).error().code, Errc::invalid);
}

// Opening a pipe would wait for a writer that never comes, and a device has no end.
TEST_F(SmallFileTest, IsNoPipeNoDeviceAndNoFolder) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);

  EXPECT_EQ(read_small_file(file_, 1024).error().code, Errc::invalid);
  EXPECT_EQ(read_small_file("/dev/zero", 1024).error().code, Errc::invalid);
  EXPECT_EQ(read_small_file(directory_.path(), 1024).error().code, Errc::invalid);
}

TEST_F(SmallFileTest, NamesTheFileThatIsMissing) {
  const auto content = read_small_file(file_, 1024);

  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().code, Errc::not_found);
  EXPECT_NE(content.error().context.find(file_.string()), std::string::npos);
}

}  // namespace
}  // namespace larder
