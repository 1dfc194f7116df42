#include "daemon/registry/tag_lists.h"

#include "tests/unit/daemon/registry/lists_fixture.h"

namespace larder::registry {
namespace {

using std::chrono::minutes;
using Strings = std::vector<std::string>;

class TagListsTest : public testing::ListsFixture {
 protected:
  static constexpr char kPath[] = "/v2/app/tags/list?ns=reg.test";
  static constexpr char kTags[] = R"({"name":"mirror/app","tags":["1","2"]})";
};

TEST_F(TagListsTest, AreAnsweredUnderTheNameThatTheClientAskedFor) {
  answer_with(kTags);

  const auto by_ns = ask("/v2/app/tags/list?ns=reg.test");
  const auto by_path = ask("/v2/reg.test/app/tags/list");

  EXPECT_EQ(by_ns.status, 200);
  EXPECT_EQ(body_of(by_ns), R"({"name":"app","tags":["1","2"]})");
  EXPECT_EQ(body_of(by_path), R"({"name":"reg.test/app","tags":["1","2"]})");
  EXPECT_EQ(header(by_ns, "Content-Type"), "application/json");
  EXPECT_EQ(header(by_ns, "Docker-Distribution-Api-Version"), "registry/2.0");
  EXPECT_EQ(header(by_ns, "OCI-Namespace"), "reg.test");
  EXPECT_EQ(header(by_ns, "Link"), "(none)");
  EXPECT_EQ(header(by_ns, "Cache-Status"), "larder; fwd=miss; stored; detail=fetched");
  EXPECT_EQ(client_.count(), 1u);
}

TEST_F(TagListsTest, AreFreshForAsLongAsATag) {
  answer_with(kTags);
  (void)ask(kPath);

  clock_.advance(minutes(14));
  const auto fresh = ask(kPath);
  clock_.advance(minutes(2));
  answer_with(R"({"name":"app","tags":["1","2","3"]})");
  const auto asked_again = ask(kPath);

  EXPECT_EQ(header(fresh, "Cache-Status"), "larder; hit; ttl=60");
  EXPECT_EQ(tags_in(asked_again), (Strings{"1", "2", "3"}));
  EXPECT_EQ(client_.count(), 2u);
}

TEST_F(TagListsTest, AreServedStaleWhenUpstreamFails) {
  answer_with(kTags);
  (void)ask(kPath);

  clock_.advance(minutes(16));
  upstream_answer_ = {.status = 503};
  const auto stale = ask(kPath);

  EXPECT_EQ(tags_in(stale), (Strings{"1", "2"}));
  EXPECT_EQ(header(stale, "Cache-Status"), "larder; hit; ttl=-60; detail=stale");
}

TEST_F(TagListsTest, LeadToTheNextPageInTheClientsOwnTerms) {
  answer_with(kTags, "https://mirror.test/v2/mirror/app/tags/list?n=2&last=2");

  EXPECT_EQ(header(ask("/v2/app/tags/list?n=2&ns=reg.test"), "Link"),
            R"(</v2/app/tags/list?n=2&last=2&ns=reg.test>; rel="next")");
  EXPECT_EQ(header(ask("/v2/reg.test/app/tags/list?n=2"), "Link"),
            R"(</v2/reg.test/app/tags/list?n=2&last=2>; rel="next")");
}

TEST_F(TagListsTest, CarryUpstreamsOwnWayOfPaging) {
  answer_with(kTags, "/v2/app/tags/list?n=2&next_page=gA%3D%3D&ns=docker.io");
  const auto first = ask("/v2/app/tags/list?n=2&ns=reg.test");
  EXPECT_EQ(header(first, "Link"),
            "</v2/app/tags/list?n=2&next=next_page%3DgA%253D%253D%26ns%3Ddocker.io&ns=reg.test>; "
            "rel=\"next\"");

  answer_with(kTags);
  (void)ask("/v2/app/tags/list?n=2&next=next_page%3DgA%253D%253D%26ns%3Ddocker.io&ns=reg.test");

  EXPECT_EQ(client_.urls().back(),
            "GET https://reg.test/v2/app/tags/list?n=2&next_page=gA%3D%3D&ns=docker.io");
}

TEST_F(TagListsTest, KeepNoPageThatNobodyCanFindAgain) {
  answer_with(kTags);
  const std::string page = "/v2/app/tags/list?n=2&next=token%3Dx&ns=reg.test";

  EXPECT_EQ(header(ask(page), "Cache-Status"), "larder; fwd=miss; detail=passed");

  start(/*offline=*/true);
  EXPECT_EQ(ask(page).status, 404);
}

TEST_F(TagListsTest, AskUpstreamForNoMoreThanFitsIntoAPage) {
  answer_with(kTags);

  (void)ask("/v2/app/tags/list?n=999999999&foo=bar&ns=reg.test");

  EXPECT_EQ(client_.urls(), Strings{"GET https://reg.test/v2/app/tags/list?n=10000"});
}

TEST_F(TagListsTest, OfNoTagsAreEmptyWithoutAsking) {
  const auto none = ask("/v2/app/tags/list?n=0&ns=reg.test");

  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(body_of(none), R"({"name":"app","tags":[]})");
  EXPECT_EQ(header(none, "Link"), "(none)");
  EXPECT_EQ(client_.count(), 0u);
}

class BadPages : public TagListsTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(BadPages, AreRefused) {
  const auto response = ask("/v2/app/tags/list?ns=reg.test&" + GetParam());

  EXPECT_EQ(response.status, 400);
  EXPECT_NE(body_of(response).find("\"PAGINATION_NUMBER_INVALID\""), std::string::npos);
  EXPECT_EQ(client_.count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Table, BadPages,
                         ::testing::Values("n=-1", "n=", "n=x", "n=1.5", "n=%", "n=1%00",
                                           "last=a%0Ab", "next=%20", "next=a%2523%23",
                                           "last=" + std::string(257, 'a')));

struct Failure {
  int upstream_status;
  int status;
  const char* code;
};

class FailedLists : public TagListsTest, public ::testing::WithParamInterface<Failure> {};

TEST_P(FailedLists, AreErrorsThatARuntimeDoesNotRepeat) {
  upstream_answer_ = {.status = GetParam().upstream_status};

  const auto response = ask(kPath);

  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_NE(body_of(response).find(GetParam().code), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, FailedLists,
    ::testing::Values(Failure{404, 404, "NAME_UNKNOWN"}, Failure{401, 404, "NAME_UNKNOWN"},
                      Failure{403, 404, "NAME_UNKNOWN"}, Failure{408, 503, "UNAVAILABLE"},
                      Failure{429, 503, "UNAVAILABLE"}, Failure{500, 503, "UNAVAILABLE"},
                      Failure{200, 503, "UNAVAILABLE"}));

TEST_F(TagListsTest, AreMadeOfTheKnownTagsWhenNobodyAnswers) {
  for (const char* tag : {"3", "1", "2"}) keep_tag(tag);
  keep_tag("other", "another");
  upstream_answer_ = {.status = 503};

  const auto all = ask(kPath);
  const auto first = ask("/v2/app/tags/list?n=2&ns=reg.test");
  const auto second = ask("/v2/app/tags/list?n=2&last=2&ns=reg.test");

  EXPECT_EQ(tags_in(all), (Strings{"1", "2", "3"}));
  EXPECT_EQ(header(all, "Cache-Status"), "larder; hit; detail=cached-tags");
  EXPECT_EQ(tags_in(first), (Strings{"1", "2"}));
  EXPECT_EQ(header(first, "Link"), R"(</v2/app/tags/list?n=2&last=2&ns=reg.test>; rel="next")");
  EXPECT_EQ(tags_in(second), Strings{"3"});
  EXPECT_EQ(header(second, "Link"), "(none)");
}

TEST_F(TagListsTest, DoNotShowTheListsThatAreKept) {
  answer_with(kTags);
  (void)ask("/v2/app/tags/list?n=5&ns=reg.test");
  store_->flush();
  upstream_answer_ = {.status = 503};

  EXPECT_EQ(ask(kPath).status, 503);
}

TEST_F(TagListsTest, AreNotMadeUpWhenUpstreamSaysThatThereAreNone) {
  keep_tag("1");
  upstream_answer_ = {.status = 404};

  EXPECT_EQ(ask(kPath).status, 404);
}

TEST_F(TagListsTest, AreNotGoneOnWithFromUpstreamsOwnPage) {
  keep_tag("1");
  upstream_answer_ = {.status = 503};

  EXPECT_EQ(ask("/v2/app/tags/list?next=next_page%3Dx&ns=reg.test").status, 503);
}

TEST_F(TagListsTest, AreServedOffline) {
  answer_with(kTags);
  (void)ask(kPath);
  keep_tag("known");
  start(/*offline=*/true);
  clock_.advance(minutes(60));

  EXPECT_EQ(tags_in(ask(kPath)), (Strings{"1", "2"}));
  EXPECT_EQ(tags_in(ask("/v2/app/tags/list?n=9&ns=reg.test")), Strings{"known"});
  EXPECT_EQ(ask("/v2/none/tags/list?ns=reg.test").status, 404);
  EXPECT_EQ(client_.count(), 1u);
}

}  // namespace
}  // namespace larder::registry
