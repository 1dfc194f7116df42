#include "daemon/auth/tokens/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace larder::tokens {
namespace {

TEST(Base64Url, IsWrittenWithoutPaddingAndReadBack) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", ""},        {"f", "Zg"},         {"fo", "Zm8"},
      {"foo", "Zm9v"}, {"\xfb\xff", "-_8"}, {std::string("\0\0", 2), "AAA"},
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(base64url(bytes), text);
    ASSERT_TRUE(base64url_decoded(text).ok()) << text;
    EXPECT_EQ(*base64url_decoded(text), bytes);
  }
}

TEST(Base64Url, RefusesEverySpellingButOne) {
  for (const std::string text : {"Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vZ", "Zm 9v", "Zm9v\n",
                                 "+/8", "Zm9v.", "Zg=", "====", "\xc3\xa4g"}) {
    EXPECT_FALSE(base64url_decoded(text).ok()) << text;
  }
}

TEST(Base64, IsReadWithItsPaddingOnly) {
  EXPECT_EQ(*base64_decoded("dTpw"), "u:p");
  EXPECT_EQ(*base64_decoded("Zg=="), "f");
  EXPECT_EQ(*base64_decoded("+/8="), "\xfb\xff");
  for (const std::string text : {"Zg", "Zg=", "Zh==", "=", "====", "Z===", "-_8=", "Zg==Zg=="}) {
    EXPECT_FALSE(base64_decoded(text).ok()) << text;
  }
}

}  // namespace
}  // namespace larder::tokens
