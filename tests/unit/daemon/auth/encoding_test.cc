#include "daemon/auth/encoding.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

// RFC 4648 section 10.
TEST(Base64, FollowsTheStandardsExamples) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, TakesAnyByte) {
  EXPECT_EQ(base64(std::string("\xff\xfe\x00", 3)), "//4A");
}

TEST(PercentEncode, LeavesUnreservedCharactersAlone) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
}

TEST(PercentEncode, EscapesAllOthers) {
  EXPECT_EQ(percent_encode("repository:a/b:pull,push &=+%\xc3"),
            "repository%3Aa%2Fb%3Apull%2Cpush%20%26%3D%2B%25%C3");
}

}  // namespace
}  // namespace larder::auth
