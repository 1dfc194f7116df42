#include "daemon/upstream/list_page.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

http::Headers link(const std::string& target) {
  http::Headers headers;
  headers.add("Link", "<" + target + ">; rel=\"next\"");
  return headers;
}

struct Written {
  const char* query;
  ListPage page;
};

class GoodPages : public ::testing::TestWithParam<Written> {};

TEST_P(GoodPages, AreReadAndWrittenTheSame) {
  const auto page = parse_page(GetParam().query);

  ASSERT_TRUE(page.ok()) << describe(page.error());
  EXPECT_EQ(*page, GetParam().page);
  EXPECT_EQ(query_of(*page), GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodPages,
    ::testing::Values(Written{"", {}}, Written{"n=2", {2, "", ""}}, Written{"n=0", {0, "", ""}},
                      Written{"last=1.0_a-B", {{}, "1.0_a-B", ""}},
                      Written{"n=2&last=b", {2, "b", ""}},
                      Written{"n=50&next_page=gA%3D%3D+/", {50, "", "next_page=gA%3D%3D+/"}},
                      Written{"last=a%2Fb", {{}, "", "last=a%2Fb"}},
                      Written{"n=2&last=b&next_page=x&y", {2, "b", "next_page=x&y"}},
                      Written{"n=-1", {{}, "", "n=-1"}},
                      Written{"n=1000000000", {{}, "", "n=1000000000"}}));

TEST(ListPage, TakesTheParametersInAnyOrder) {
  EXPECT_EQ(*parse_page("&next_page=x&last=b&&n=2&"), (ListPage{2, "b", "next_page=x"}));
}

TEST(ListPage, EncodesALastThatIsNoTag) {
  EXPECT_EQ(query_of({{}, "a b&c", ""}), "last=a%20b%26c");
}

class BadPages : public ::testing::TestWithParam<std::string> {};

TEST_P(BadPages, CannotBeAskedFor) {
  EXPECT_EQ(parse_page(GetParam()).error().code, Errc::invalid);
  EXPECT_FALSE(is_carried_query(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, BadPages,
                         ::testing::Values("a b", "a\r\nHost: x", "a%2", "a%zz", "a\"b", "a<b",
                                           "a#b", "\x80", std::string(kMoreBytesMax + 1, 'a')));

TEST(PageAfter, IsWhatTheQueryOfTheLinkSays) {
  const auto relative = page_after({2, "", ""}, link("/v2/other/tags/list?n=2&last=b"));
  const auto absolute = page_after({2, "", ""}, link("https://evil.test/x?last=b&n=2#c"));

  EXPECT_EQ(*relative, (ListPage{2, "b", ""}));
  EXPECT_EQ(*absolute, (ListPage{2, "b", ""}));
}

TEST(PageAfter, IsNothingWithoutALink) {
  const auto next = page_after({2, "", ""}, {});

  ASSERT_TRUE(next.ok());
  EXPECT_EQ(*next, std::nullopt);
}

class EndlessLinks : public ::testing::TestWithParam<std::string> {};

// Taken for the end, the list would look whole; followed, it would have none.
TEST_P(EndlessLinks, AreFailuresOfUpstream) {
  EXPECT_EQ(page_after({2, "b", ""}, link(GetParam())).error().code, Errc::upstream_down);
}

INSTANTIATE_TEST_SUITE_P(Table, EndlessLinks,
                         ::testing::Values("/v2/a/tags/list", "/v2/a/tags/list?",
                                           "/v2/a/tags/list?last=b&n=2", "?n=2&last=%",
                                           "?x=" + std::string(kMoreBytesMax, 'a')));

}  // namespace
}  // namespace larder::upstream
