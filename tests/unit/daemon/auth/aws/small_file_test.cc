#include "daemon/auth/aws/small_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/aws_world.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::write_file;

class SmallFileTest : public ::testing::Test {
 protected:
  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "file";
};

TEST_F(SmallFileTest, IsReadWholeUpToItsLimit) {
  write_file(file_, std::string(10, 'x'));

  EXPECT_EQ(*read_small_file(file_, 10), std::string(10, 'x'));
  EXPECT_EQ(read_small_file(file_, 9).error().code, Errc::invalid);
}

TEST_F(SmallFileTest, SaysWhatIsNotThere) {
  const auto text = read_small_file(file_, 10);

  EXPECT_EQ(describe(text.error()),
            "not_found: read " + file_.string() + ": No such file or directory");
}

// Opening a pipe would wait for a writer that never comes.
TEST_F(SmallFileTest, IsNoFolderAndNoPipe) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);

  EXPECT_EQ(read_small_file(file_, 10).error().code, Errc::invalid);
  EXPECT_EQ(read_small_file(directory_.path(), 10).error().code, Errc::invalid);
}

TEST_F(SmallFileTest, GivesATokenWithoutWhiteSpaceAround) {
  EXPECT_EQ(*read_token_file(write_file(file_, " eyJ.x.y\r\n\n")), "eyJ.x.y");
}

TEST_F(SmallFileTest, GivesNoTokenThatCannotBeSent) {
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("s3\ncret"), std::string("s3\0cret", 7),
        std::string("s3cr\xc3\xa9t"), "s3" + std::string(20'000, 't')}) {
    const auto token = read_token_file(write_file(file_, text));

    ASSERT_FALSE(token.ok()) << text;
    EXPECT_EQ(token.error().code, Errc::invalid);
    EXPECT_EQ(token.error().context.find("s3"), std::string::npos);
  }
}

}  // namespace
}  // namespace larder::aws
