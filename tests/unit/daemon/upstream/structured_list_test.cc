#include "daemon/upstream/structured_list.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using Items = std::vector<ListItem>;

struct GoodList {
  const char* text;
  Items items;
};

class GoodLists : public ::testing::TestWithParam<GoodList> {};

TEST_P(GoodLists, AreRead) {
  EXPECT_EQ(parse_list(GetParam().text), GetParam().items) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodLists,
    ::testing::Values(
        GoodList{"100", {{"100"}}}, GoodList{"100;w=21600", {{"100", {{"w", "21600"}}}}},
        GoodList{" 100 ; W=60 ", {{"100", {{"w", "60"}}}}},
        GoodList{
            "100, 100;w=60,5000;w=3600;comment=\"a, b;c\"",
            {{"100"}, {"100", {{"w", "60"}}}, {"5000", {{"w", "3600"}, {"comment", "a, b;c"}}}}},
        GoodList{"\"default\";r=50;t=30", {{"default", {{"r", "50"}, {"t", "30"}}}}},
        GoodList{R"("a\"\\b";q=1)", {{"a\"\\b", {{"q", "1"}}}}},
        GoodList{"\"\";r=1;flag", {{"", {{"r", "1"}, {"flag", ""}}}}},
        GoodList{"token;pk=:Ym9v:", {{"token", {{"pk", ":Ym9v:"}}}}}));

class BadLists : public ::testing::TestWithParam<const char*> {};

TEST_P(BadLists, AreNone) {
  EXPECT_EQ(parse_list(GetParam()), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Table, BadLists,
                         ::testing::Values("", " ", ",", "100,", ",100", "100 200", "100;",
                                           "100;=5", "100;w=", "\"open", "\"bad\\escape\"",
                                           "\"a\"b", "(1 2)", "100;w=60;;",
                                           "1,2,3,4,5,6,7,8,9,10,11,12,13,14,"
                                           "15,16,17",
                                           "\xff"));

TEST(ListItem, HasOnlyNumbersThatAreNumbers) {
  const ListItem item{"x", {{"w", "60"}, {"bad", "60s"}, {"none", ""}, {"w", "70"}}};

  EXPECT_EQ(item.number("w"), 60U);
  EXPECT_EQ(item.number("bad"), std::nullopt);
  EXPECT_EQ(item.number("none"), std::nullopt);
  EXPECT_EQ(item.number("absent"), std::nullopt);
}

TEST(Count, IsOneToFifteenDigits) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("999999999999999"), 999'999'999'999'999U);
  for (const char* bad : {"", "1000000000000000", "-1", "+1", "1.0", " 1", "1 ", "a"}) {
    EXPECT_EQ(parse_count(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace larder::upstream
