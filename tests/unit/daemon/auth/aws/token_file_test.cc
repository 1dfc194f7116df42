#include "daemon/auth/aws/token_file.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"
#include "tests/support/temp_directory.h"

namespace larder::aws {
namespace {

using testing::write_file;

class TokenFileTest : public ::testing::Test {
 protected:
  testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "file";
};

TEST_F(TokenFileTest, GivesATokenWithoutWhiteSpaceAround) {
  EXPECT_EQ(*read_token_file(write_file(file_, " eyJ.x.y\r\n\n")), "eyJ.x.y");
}

TEST_F(TokenFileTest, GivesNoTokenThatCannotBeSent) {
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
