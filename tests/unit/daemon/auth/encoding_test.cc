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

TEST(Base64Decoded, TakesWhatWasEncodedWithPaddingOrWithout) {
  const std::vector<std::pair<std::string, std::string>> table{{"", ""},
                                                               {"Zg==", "f"},
                                                               {"Zg", "f"},
                                                               {"Zm8=", "fo"},
                                                               {"Zm8", "fo"},
                                                               {"Zm9v", "foo"},
                                                               {"Zm9vYg==", "foob"},
                                                               {"Zm9vYmFy", "foobar"},
                                                               {"dTpw", "u:p"},
                                                               {"//4A", {"\xff\xfe\0", 3}},
                                                               {"+/+/", "\xfb\xff\xbf"}};
  for (const auto& [text, bytes] : table) EXPECT_EQ(base64_decoded(text), bytes) << text;
}

TEST(Base64Decoded, RefusesEverythingElse) {
  for (const char* text : {"Z",      "Zm9vY", "=",     "==",       "===",  "====",     "Z===",
                           "Zg=",    "Zm8==", "Zm9v=", "Zg==Zg==", "Z=g=", "Zg== ",    " Zg==",
                           "Zm\n9v", "Zh==",  "Zm9=",  "Zh",       "-_-_", "Zm9v\xff", "Zm 9"}) {
    EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64_decoded({"Zm9\0", 4}), std::nullopt);
}

TEST(Base64Url, IsWrittenWithoutPaddingAndReadBack) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", ""},        {"f", "Zg"},         {"fo", "Zm8"},
      {"foo", "Zm9v"}, {"\xfb\xff", "-_8"}, {std::string("\0\0", 2), "AAA"},
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(base64url(bytes), text);
    EXPECT_EQ(base64url_decoded(text), bytes);
  }
}

TEST(Base64Url, RefusesEverySpellingButOne) {
  for (const char* text : {"Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vZ", "Zm 9v", "Zm9v\n", "+/8",
                           "Zm9v.", "Zg=", "====", "\xc3\xa4g"}) {
    EXPECT_EQ(base64url_decoded(text), std::nullopt) << text;
  }
}

TEST(Hex, IsInLowerCase) {
  EXPECT_EQ(hex(std::string_view("\x00\xab\xff", 3)), "00abff");
}

TEST(Printable, IsOneLineOfPlainCharacters) {
  EXPECT_EQ(printable(" a\tb\033[31m\nc\xff\n", 100), "a b [31m c");
  EXPECT_EQ(printable("abcdef", 3), "abc");
  EXPECT_EQ(printable("", 3), "");
}

}  // namespace
}  // namespace larder::auth
