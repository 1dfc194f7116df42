#include "daemon/auth/aws/ini.h"

#include <gtest/gtest.h>

namespace larder::aws {
namespace {

TEST(Ini, HasSectionsOfProperties) {
  const auto sections = parse_ini(
      "[default]\naws_access_key_id = AKID\n aws_secret_access_key=a/b+c=\n"
      "[profile ci]\nregion=eu-west-1\n");

  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(*sections, (Sections{{"default", {{"aws_access_key_id", "AKID"}}},
                                 {"profile ci", {{"region", "eu-west-1"}}}}));
}

struct IniCase {
  const char* text;
  Sections sections;
};

class GoodInis : public ::testing::TestWithParam<IniCase> {};

TEST_P(GoodInis, AreRead) {
  const auto sections = parse_ini(GetParam().text);

  ASSERT_TRUE(sections.ok()) << describe(sections.error());
  EXPECT_EQ(*sections, GetParam().sections);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodInis,
    ::testing::Values(IniCase{"", {}}, IniCase{"\n \n\t\n", {}}, IniCase{"# a\n; b\n  # c\n", {}},
                      IniCase{"\xef\xbb\xbf[a]\nk=v", {{"a", {{"k", "v"}}}}},
                      IniCase{"[a]\r\nk=v\r\n", {{"a", {{"k", "v"}}}}},
                      IniCase{"[a]\nk = v # why\nl = x#y\n", {{"a", {{"k", "v"}, {"l", "x#y"}}}}},
                      IniCase{"[a] ; why\n[b]# why\n", {{"a", {}}, {"b", {}}}},
                      IniCase{"[ profile   \"ci\" ]\n", {{"profile ci", {}}}},
                      IniCase{"[' a \t']\n", {{"a", {}}}},
                      IniCase{"[a]\nK=v\n[a]\nl=w\n", {{"a", {{"k", "v"}, {"l", "w"}}}}},
                      IniCase{"[a]\nk=1\nk=2\n", {{"a", {{"k", "2"}}}}},
                      IniCase{"[a]\nk=\n", {{"a", {{"k", ""}}}}},
                      IniCase{"[a]\ns3 =\n  max = 20\n\n  more = 1\nk=v\n",
                              {{"a", {{"s3", ""}, {"k", "v"}}}}},
                      IniCase{"[a]\n  k=v\n  l=w\n", {{"a", {{"k", "v"}, {"l", "w"}}}}},
                      IniCase{"[a]\nk=v=w\n", {{"a", {{"k", "v=w"}}}}}));

class BadInis : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BadInis, AreRefusedByTheirLinesNumber) {
  const auto sections = parse_ini(GetParam().first);

  ASSERT_FALSE(sections.ok());
  EXPECT_EQ(describe(sections.error()), std::string("invalid: line ") + GetParam().second +
                                            " is neither a [section] nor a property of one");
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadInis,
    ::testing::Values(std::pair{"k=secret\n", "1"}, std::pair{"[a\n", "1"}, std::pair{"[]\n", "1"},
                      std::pair{"[", "1"}, std::pair{"[a] secret\n", "1"},
                      std::pair{"[a]\nsecret\n", "2"}, std::pair{"[a]\n=secret\n", "2"},
                      std::pair{"[a]\n\nk=v\nsecret", "4"}, std::pair{"[a]\nk=\x01secret", "2"}));

TEST(Ini, TakesSessionTokensOfAnyLength) {
  const std::string token(100'000, 't');

  const auto sections = parse_ini("[a]\naws_session_token = " + token + "\n");

  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(sections->at("a").at("aws_session_token"), token);
}

}  // namespace
}  // namespace larder::aws
