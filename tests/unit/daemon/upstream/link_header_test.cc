#include "daemon/upstream/link_header.h"

#include <gtest/gtest.h>

#include <vector>

namespace larder::upstream {
namespace {

std::optional<std::string> next_in(const std::vector<std::string>& values) {
  http::Headers headers;
  for (const auto& value : values) headers.add("Link", value);
  return next_link(headers);
}

class GoodLinks : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(GoodLinks, LeadToTheNextPage) {
  EXPECT_EQ(next_in(GetParam()), "/v2/a/tags/list?n=2&last=b");
}

using Values = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    Table, GoodLinks,
    ::testing::Values(
        Values{R"(</v2/a/tags/list?n=2&last=b>; rel="next")"},
        Values{"</v2/a/tags/list?n=2&last=b>; rel=next"},
        Values{"</v2/a/tags/list?n=2&last=b>;rel=Next;title=x"},
        Values{R"( </v2/a/tags/list?n=2&last=b> ; REL = "prev next" ,)"},
        Values{R"(<x>; rel="prev", </v2/a/tags/list?n=2&last=b>; rel="next")"},
        Values{R"(<x>; title="a, <b>; rel=next", </v2/a/tags/list?n=2&last=b>; rel=next)"},
        Values{R"(<x>; title="\""; rel=first,,</v2/a/tags/list?n=2&last=b>; rel=next)"},
        Values{"<x>", "</v2/a/tags/list?n=2&last=b>; rel=next"},
        Values{"nonsense", "</v2/a/tags/list?n=2&last=b>; rel=next, <y>; rel=next"}));

TEST(NextLink, IsTheTargetAsWritten) {
  EXPECT_EQ(next_in({R"(<https://evil.test:1/x?y=%2F#z>; rel="next")"}),
            "https://evil.test:1/x?y=%2F#z");
}

class BadLinks : public ::testing::TestWithParam<std::string> {};

TEST_P(BadLinks, LeadNowhere) {
  EXPECT_EQ(next_in({GetParam()}), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, BadLinks,
                         ::testing::Values("", ",", "</x>", "</x>; rel=prev", "/x; rel=next",
                                           "</x; rel=next", R"(</x>; rel="next)",
                                           "</x>; rel=nextpage", "</x>; rel=prev; rel=next",
                                           "</x> rel=next", R"(</x>; title="rel=next")", "</x>;",
                                           "</x>; rel=next garbage"));

TEST(NextLink, IsNothingWithoutALinkHeader) {
  EXPECT_EQ(next_in({}), std::nullopt);
}

}  // namespace
}  // namespace larder::upstream
