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

TEST(Base64UrlDecoded, HasItsOwnAlphabetAndNoPadding) {
  EXPECT_EQ(base64url_decoded("-_-_"), "\xfb\xff\xbf");
  EXPECT_EQ(base64url_decoded("Zg"), "f");
  for (const char* text : {"+/+/", "Zg==", "Z", "Zh"}) {
    EXPECT_EQ(base64url_decoded(text), std::nullopt) << text;
  }
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
