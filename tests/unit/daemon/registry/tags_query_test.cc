#include "daemon/registry/tags_query.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

using upstream::ListPage;

struct Asked {
  const char* query;
  ListPage page;
};

class GoodQueries : public ::testing::TestWithParam<Asked> {};

TEST_P(GoodQueries, AskForAPage) {
  const auto page = parse_tags_query(GetParam().query);

  ASSERT_TRUE(page.ok()) << describe(page.error());
  EXPECT_EQ(*page, GetParam().page);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodQueries,
                         ::testing::Values(Asked{"", {}}, Asked{"ns=reg.test&x=y", {}},
                                           Asked{"n=0", {0, "", ""}},
                                           Asked{"last=1%2E0&n=2", {2, "1.0", ""}},
                                           Asked{"last=", {}}, Asked{"n=10001", {10'000, "", ""}},
                                           Asked{"last=no%20tag", {{}, "no tag", ""}},
                                           Asked{"n=5&next=a%3Db%2526", {5, "", "a=b%26"}}));

class BadQueries : public ::testing::TestWithParam<std::string> {};

TEST_P(BadQueries, AreInvalid) {
  EXPECT_EQ(parse_tags_query(GetParam()).error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Table, BadQueries,
                         ::testing::Values("n=-1", "n=+1", "n=0x1", "n=1 ", "n=1e3", "n", "last=%",
                                           "last=%7f", "next=a%20b", "next=%25", "x=%zz",
                                           "next=" + std::string(2049, 'a'),
                                           "last=" + std::string(257, 'a')));

TEST(TagsLink, IsReadAgainAsThePageItLeadsTo) {
  const ListPage page{2, "a b", "x=1&y=%2F"};

  const auto link = tags_link("/v2/app/tags/list", page, "reg.test:5000");

  EXPECT_EQ(link,
            "</v2/app/tags/list?n=2&last=a%20b&next=x%3D1%26y%3D%252F&ns=reg.test%3A5000>; "
            "rel=\"next\"");
  const auto query = link.substr(link.find('?') + 1, link.find('>') - link.find('?') - 1);
  EXPECT_EQ(*parse_tags_query(query), page);
}

TEST(TagsLink, HasOnlyWhatThereIs) {
  EXPECT_EQ(tags_link("/v2/app/tags/list", {{}, "a", ""}, ""),
            "</v2/app/tags/list?last=a>; rel=\"next\"");
  EXPECT_EQ(tags_link("/v2/app/tags/list", {{}, "", "x"}, ""),
            "</v2/app/tags/list?next=x>; rel=\"next\"");
}

}  // namespace
}  // namespace larder::registry
