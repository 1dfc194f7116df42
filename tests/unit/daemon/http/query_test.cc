#include "daemon/http/query.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

TEST(Target, IsSplitAtTheFirstQuestionMark) {
  EXPECT_EQ(split_target("/a?b=c?d").path, "/a");
  EXPECT_EQ(split_target("/a?b=c?d").query, "b=c?d");
  EXPECT_EQ(split_target("/a").path, "/a");
  EXPECT_EQ(split_target("/a").query, "");
  EXPECT_EQ(split_target("/a?").query, "");
}

struct GoodQuery {
  std::string text;
  QueryParameters parameters;
};

class GoodQueries : public ::testing::TestWithParam<GoodQuery> {};

TEST_P(GoodQueries, AreReadInOrder) {
  const auto parameters = parse_query(GetParam().text);

  ASSERT_TRUE(parameters.ok()) << describe(parameters.error());
  EXPECT_EQ(*parameters, GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(
    Query, GoodQueries,
    ::testing::Values(GoodQuery{"", {}}, GoodQuery{"&&", {}}, GoodQuery{"a=1", {{"a", "1"}}},
                      GoodQuery{"a", {{"a", ""}}}, GoodQuery{"a=", {{"a", ""}}},
                      GoodQuery{"=1", {{"", "1"}}}, GoodQuery{"a=b=c", {{"a", "b=c"}}},
                      GoodQuery{"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
                      GoodQuery{"ref=a%2Fb%3a1&reason=x+y%20z",
                                {{"ref", "a/b:1"}, {"reason", "x+y z"}}},
                      GoodQuery{"%61=%26%3D", {{"a", "&="}}}));

class BadQueries : public ::testing::TestWithParam<std::string> {};

TEST_P(BadQueries, AreInvalid) {
  const auto parameters = parse_query(GetParam());

  ASSERT_FALSE(parameters.ok());
  EXPECT_EQ(parameters.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Query, BadQueries,
                         ::testing::Values("a=%", "a=%2", "a=%2g", "%=1", "a=1&b=%zz", "a=%%41"));

TEST(Query, FindsTheFirstOfAName) {
  const QueryParameters parameters{{"a", "1"}, {"a", "2"}};

  EXPECT_EQ(find_parameter(parameters, "a"), "1");
  EXPECT_EQ(find_parameter(parameters, "b"), std::nullopt);
}

TEST(PercentEncoded, IsDecodedToTheSame) {
  const std::string text("a/b:1@x y+z%&=\0\xff~", 18);

  EXPECT_EQ(percent_encoded("a b/c~"), "a%20b%2Fc~");
  EXPECT_EQ(*percent_decoded(percent_encoded(text)), text);
}

}  // namespace
}  // namespace larder::http
