#include "daemon/auth/tokens/access_key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

using ::testing::HasSubstr;

constexpr const char* kNodeKey = "AKIDLARDERNODE000001";

class AccessKeyFileTest : public ::testing::Test {
 protected:
  void write(const std::string& text, mode_t mode = 0600) {
    const auto next = directory_.path() / "next";
    std::ofstream(next) << text;
    ASSERT_EQ(::chmod(next.c_str(), mode), 0);
    std::filesystem::rename(next, file_);
  }
  static std::string line(const std::string& subject) {
    return std::string(kNodeKey) + " 0123456789abcdefghijABCDEFGHIJ0123456789 " + subject + "\n";
  }
  std::string why_not_opened() {
    const auto opened = AccessKeyFile::open(file_, clock_);
    return opened.ok() ? "it opened" : opened.error().context;
  }

  const testing::TempDirectory directory_;
  const testing::FakeClock clock_;
  const std::filesystem::path file_ = directory_.path() / "access-keys";
};

TEST_F(AccessKeyFileTest, HasTheKeysOfItsFile) {
  write(line("nodes"));

  EXPECT_EQ((*AccessKeyFile::open(file_, clock_))->keys()->find(kNodeKey)->subject, "nodes");
}

TEST_F(AccessKeyFileTest, SeesAChange) {
  write(line("nodes"));
  const auto opened = *AccessKeyFile::open(file_, clock_);

  write(line("others"));
  ASSERT_TRUE(opened->maintain().ok());
  EXPECT_EQ(opened->keys()->find(kNodeKey)->subject, "others");

  write("");
  ASSERT_TRUE(opened->maintain().ok());
  EXPECT_EQ(opened->keys()->find(kNodeKey), nullptr);
}

TEST_F(AccessKeyFileTest, KeepsTheKeysWhenTheFileIsNoMoreFit) {
  write(line("nodes"));
  const auto opened = *AccessKeyFile::open(file_, clock_);

  write("x\n");
  EXPECT_THAT(opened->maintain().error().context, HasSubstr("access-keys: line 1: "));
  write(line("others"), 0644);
  EXPECT_EQ(opened->maintain().error().code, Errc::denied);
  std::filesystem::remove(file_);
  EXPECT_EQ(opened->maintain().error().code, Errc::not_found);

  EXPECT_EQ(opened->keys()->find(kNodeKey)->subject, "nodes");
}

TEST_F(AccessKeyFileTest, IsRefusedWhenOthersMayReadIt) {
  for (const mode_t mode : {0604, 0660, 0602, 0601}) {
    write(line("nodes"), mode);
    EXPECT_THAT(why_not_opened(), HasSubstr("chmod 600")) << std::oct << mode;
  }
  for (const mode_t mode : {0600, 0400, 0440, 0640}) {
    write(line("nodes"), mode);
    EXPECT_EQ(why_not_opened(), "it opened") << std::oct << mode;
  }
}

TEST_F(AccessKeyFileTest, IsNeeded) {
  EXPECT_EQ(AccessKeyFile::open(file_, clock_).error().code, Errc::not_found);
}

}  // namespace
}  // namespace larder::tokens
