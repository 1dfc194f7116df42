// Lists asked of upstream: what is asked, what is believed, and where paging ends.
#include "daemon/upstream/list_request.h"

#include "daemon/upstream/referrers_list.h"
#include "daemon/upstream/tag_name.h"
#include "daemon/upstream/upstream.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using testing::FakeClient;
using Strings = std::vector<std::string>;

constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
const std::string kTags = R"({"name":"team/app","tags":["1","2"]})";

class ListRequestTest : public ::testing::Test {
 protected:
  // Another endpoint: reg0.example, reg1.example ...
  void endpoint(FakeClient::Answering answering) {
    const auto host = "reg" + std::to_string(clients_.size()) + ".example";
    clients_.push_back(std::make_unique<FakeClient>(std::move(answering)));
    const auto url = http::Url::parse("https://" + host).value();
    endpoints_.push_back(std::make_unique<Endpoint>(EndpointParts{
        "reg.test", url, http::Reach::anywhere, *clients_.back(),
        std::make_unique<auth::AnonymousCredentials>(), clock_, observer_, health_.book.of(url)}));
  }
  void endpoint(const FakeAnswer& answer) {
    endpoint([answer](const http::ClientRequest&) { return answer; });
  }
  Upstream& upstream() {
    if (!upstream_) upstream_.emplace("reg.test", std::move(endpoints_));
    return *upstream_;
  }
  Result<TagList> tags(const ListPage& page = {}) {
    return upstream().list_tags("team/app", page, {soon()});
  }
  Result<cache::Document> referrers() {
    return upstream().list_referrers("team/app", subject_, {soon()});
  }
  static MonoTime soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

  static std::string descriptor(const std::string& digest) {
    return R"({"digest":"sha256:)" + digest + R"(","mediaType":"m","size":1})";
  }
  static FakeAnswer index(const std::string& descriptors, const std::string& next = "") {
    FakeAnswer answer{.headers = {{"Content-Type", kIndexType}},
                      .body = R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}"};
    if (!next.empty()) answer.headers.emplace_back("Link", "<" + next + ">; rel=\"next\"");
    return answer;
  }
  static std::string listing(const std::string& descriptors) {
    ReferrersList list;
    EXPECT_TRUE(list.add(index(descriptors).body).ok());
    return list.document().bytes;
  }

  testing::FakeClock clock_;
  RecordingObserver observer_;
  testing::FakeHealthBook health_{clock_};
  std::vector<std::unique_ptr<FakeClient>> clients_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::optional<Upstream> upstream_;
  const cache::Digest subject_ = testing::digest_of_text("subject");
  const std::string api_ = "GET https://reg0.example/v2/team/app/referrers/" + subject_.str();
  const std::string tag_ =
      "GET https://reg0.example/v2/team/app/manifests/" + referrers_tag(subject_);
};

TEST_F(ListRequestTest, AsksForTheFirstPageAsThePathSays) {
  endpoint({.body = kTags});

  const auto list = tags();

  ASSERT_TRUE(list.ok()) << describe(list.error());
  EXPECT_EQ(*list, (TagList{{"1", "2"}, std::nullopt}));
  EXPECT_EQ(clients_[0]->urls(), Strings{"GET https://reg0.example/v2/team/app/tags/list"});
}

TEST_F(ListRequestTest, TellsTheNextPageAndAsksOnlyItsOwnHostForIt) {
  endpoint({.headers = {{"Link", "<https://evil.test/x?n=2&next_page=g%3D>; rel=\"next\""}},
            .body = kTags});

  const auto first = tags({2, "0", ""});
  ASSERT_TRUE(first.ok()) << describe(first.error());
  ASSERT_EQ(first->next, (ListPage{2, "", "next_page=g%3D"}));
  (void)tags(*first->next);

  EXPECT_EQ(clients_[0]->urls(),
            (Strings{"GET https://reg0.example/v2/team/app/tags/list?n=2&last=0",
                     "GET https://reg0.example/v2/team/app/tags/list?n=2&next_page=g%3D"}));
}

class BadTagAnswers : public ListRequestTest, public ::testing::WithParamInterface<FakeAnswer> {};

TEST_P(BadTagAnswers, AreFailuresOfUpstream) {
  endpoint(GetParam());

  const auto list = tags({2, "b", ""});

  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, Errc::upstream_down);
  EXPECT_NE(list.error().context.find("reg0.example tags of team/app"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadTagAnswers,
    ::testing::Values(FakeAnswer{.status = 429}, FakeAnswer{.status = 500},
                      FakeAnswer{.status = 400}, FakeAnswer{.body = "<html>"},
                      FakeAnswer{.headers = {{"Link", "</v2/x?n=2&last=b>; rel=next"}},
                                 .body = kTags},
                      FakeAnswer{.headers = {{"Link", "</v2/x>; rel=next"}}, .body = kTags},
                      FakeAnswer{.body = std::string(kListBytesMax + 1, ' ')}));

TEST_F(ListRequestTest, BelievesThatARepositoryIsMissingWhenAllEndpointsSaySo) {
  endpoint({.status = 404});
  endpoint({.status = 404});

  EXPECT_EQ(tags().error().code, Errc::not_found);
}

TEST_F(ListRequestTest, AsksTheNextEndpointForTagsAfterAFailure) {
  endpoint({.status = 503});
  endpoint({.body = kTags});

  EXPECT_EQ(tags()->tags, (Strings{"1", "2"}));
}

TEST_F(ListRequestTest, TellsARefusal) {
  endpoint({.status = 403});

  EXPECT_EQ(tags().error().code, Errc::denied);
  EXPECT_EQ(referrers().error().code, Errc::denied);
}

TEST_F(ListRequestTest, GathersReferrersOverThePages) {
  const auto page = [this](const http::ClientRequest& request) {
    const bool first = request.url.target.find('?') == std::string::npos;
    return first ? index(descriptor("aa"), "/elsewhere?token=t%2B")
                 : index(descriptor("aa") + "," + descriptor("bb"));
  };
  endpoint(page);

  const auto list = referrers();

  ASSERT_TRUE(list.ok()) << describe(list.error());
  EXPECT_EQ(list->media_type, kIndexType);
  EXPECT_EQ(list->bytes, listing(descriptor("aa") + "," + descriptor("bb")));
  EXPECT_EQ(clients_[0]->urls(), (Strings{api_, api_ + "?token=t%2B"}));
}

TEST_F(ListRequestTest, HoldsAListWithTooManyPagesForIncomplete) {
  endpoint([this](const http::ClientRequest&) {
    return index(descriptor("aa"), "/x?page=" + std::to_string(clients_[0]->count()));
  });

  EXPECT_EQ(referrers().error().code, Errc::upstream_down);

  EXPECT_EQ(clients_[0]->count(), static_cast<std::size_t>(kReferrersPagesMax));
}

class BrokenLaterPages : public ListRequestTest, public ::testing::WithParamInterface<int> {};

TEST_P(BrokenLaterPages, MakeTheWholeListFail) {
  endpoint([this](const http::ClientRequest&) {
    return clients_[0]->count() == 1 ? index(descriptor("aa"), "/x?page=2")
                                     : FakeAnswer{.status = GetParam()};
  });

  EXPECT_EQ(referrers().error().code, Errc::upstream_down);
}

INSTANTIATE_TEST_SUITE_P(Table, BrokenLaterPages, ::testing::Values(404, 405, 500, 200));

class MissingApis : public ListRequestTest, public ::testing::WithParamInterface<FakeAnswer> {};

TEST_P(MissingApis, AreStoodInForByTheTag) {
  endpoint([this](const http::ClientRequest& request) {
    const bool api = request.url.target.find("/referrers/") != std::string::npos;
    return api ? GetParam() : index(descriptor("aa"));
  });

  const auto list = referrers();

  ASSERT_TRUE(list.ok()) << describe(list.error());
  EXPECT_EQ(list->bytes, listing(descriptor("aa")));
  EXPECT_EQ(clients_[0]->urls(), (Strings{api_, tag_}));
}

INSTANTIATE_TEST_SUITE_P(Table, MissingApis,
                         ::testing::Values(FakeAnswer{.status = 404}, FakeAnswer{.status = 405},
                                           FakeAnswer{.status = 400}, FakeAnswer{.status = 406},
                                           FakeAnswer{.status = 501},
                                           FakeAnswer{.headers = {{"Content-Type", "text/html"}},
                                                      .body = "<html>"}));

TEST_F(ListRequestTest, AsksForTheTagInTheAskersName) {
  endpoint([this](const http::ClientRequest& request) {
    if (request.url.target.find("/referrers/") != std::string::npos) return FakeAnswer{404};
    if (request.headers.find("Authorization")) return index(descriptor("aa"));
    return FakeAnswer{.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"reg\""}}};
  });
  Ask ask{soon()};
  ask.as = std::make_shared<auth::Tenant>(auth::Tenant{"tenant-1", {"alice", "password"}});

  const auto list = upstream().list_referrers("team/app", subject_, ask);

  ASSERT_TRUE(list.ok()) << describe(list.error());
  EXPECT_EQ(list->bytes, listing(descriptor("aa")));
}

TEST_F(ListRequestTest, ListsNothingWhereThereIsNeitherApiNorTag) {
  endpoint({.status = 404});

  const auto list = referrers();

  ASSERT_TRUE(list.ok()) << describe(list.error());
  EXPECT_EQ(list->bytes, listing(""));
}

TEST_F(ListRequestTest, AsksTheNextEndpointWhenOneListsNothing) {
  endpoint({.status = 404});
  endpoint(index(descriptor("aa")));

  EXPECT_EQ(referrers()->bytes, listing(descriptor("aa")));
}

TEST_F(ListRequestTest, DoesNotTakeAFailureForAnEmptyList) {
  endpoint({.status = 404});
  endpoint({.status = 503});

  EXPECT_EQ(referrers().error().code, Errc::upstream_down);
}

TEST_F(ListRequestTest, TakesNoImageForAListOfReferrers) {
  endpoint([](const http::ClientRequest& request) {
    const bool api = request.url.target.find("/referrers/") != std::string::npos;
    return FakeAnswer{.status = api ? 404 : 200, .body = R"({"config":{},"layers":[]})"};
  });

  EXPECT_EQ(referrers().error().code, Errc::upstream_down);
}

}  // namespace
}  // namespace larder::upstream
