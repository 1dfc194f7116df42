// Lists of tags and of referrers through a whole daemon.
#include <nlohmann/json.hpp>

#include "daemon/http/head.h"
#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

using Strings = std::vector<std::string>;

constexpr char kIndexType[] = "application/vnd.oci.image.index.v1+json";
constexpr char kNotFound[] = R"({"errors":[{"code":"NAME_UNKNOWN"}]})";

struct Page {
  std::string body;
  HeaderList headers{{"Content-Type", "application/json"}};
};
// By target: "/v2/app/tags/list?n=2".
using Pages = std::map<std::string, Page>;

Script give(Pages pages) {
  return
      [pages = std::move(pages)](ScriptedConnection& connection, const ReceivedRequest& received) {
        const auto request = http::parse_request_head(received.head);
        const auto found = request.ok() ? pages.find(request->target) : pages.end();
        if (found == pages.end()) return respond(404, kNotFound)(connection, received);
        respond(200, found->second.body, found->second.headers)(connection, received);
      };
}

Page tags_page(const std::string& tags, const std::string& next = "") {
  Page page{R"({"name":"mirror/app","tags":[)" + tags + "]}"};
  if (!next.empty()) page.headers.emplace_back("Link", "<" + next + ">; rel=\"next\"");
  return page;
}

class ListsThroughTheDaemon : public DaemonFixture {
 protected:
  void serve_and_start(Pages pages) {
    serve(give(std::move(pages)));
    start();
  }
  void restart_without_upstream() {
    upstream_.reset();
    start();
  }

  // All tags, page by page as the links lead, as a client of the registry API does it.
  Strings all_tags(std::string target) {
    Strings all;
    for (int pages = 0; pages < 10 && !target.empty(); ++pages) {
      const auto page = fetch(target);
      EXPECT_EQ(page.status, 200) << page.body;
      const auto body = nlohmann::json::parse(page.body);
      for (const auto& tag : body.at("tags")) all.push_back(tag);
      const auto link = header(page, "Link");
      target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(target, "") << "more pages than there are";
    return all;
  }

  std::string referrers_path(const std::string& more = "") const {
    return "/v2/app/referrers/" + subject_ + more;
  }
  static Page index_of(const std::string& descriptors) {
    return {R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}",
            {{"Content-Type", kIndexType}}};
  }

  const std::string subject_ = sha256_of("subject").str();
  const std::string fallback_tag_ = "sha256-" + sha256_of("subject").hex();
  const std::string sbom_ =
      R"({"artifactType":"sbom","digest":"sha256:bb","mediaType":"m","size":2})";
  const std::string signature_ =
      R"({"artifactType":"sig","digest":"sha256:aa","mediaType":"m","size":1})";
  const Pages by_last_{
      {"/v2/app/tags/list?n=2", tags_page(R"("1","2")", "/v2/mirror/app/tags/list?n=2&last=2")},
      {"/v2/app/tags/list?n=2&last=2", tags_page(R"("3","4")", "?last=4&n=2")},
      {"/v2/app/tags/list?n=2&last=4", tags_page(R"("5")")}};
};

TEST_F(ListsThroughTheDaemon, TagsArePagedToTheirEnd) {
  serve_and_start(by_last_);

  EXPECT_EQ(all_tags("/v2/app/tags/list?n=2&ns=reg.test"), (Strings{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(all_tags("/v2/reg.test/app/tags/list?n=2"), (Strings{"1", "2", "3", "4", "5"}));

  EXPECT_EQ(upstream_->requests().size(), 3u);
}

TEST_F(ListsThroughTheDaemon, TagsArePagedInUpstreamsOwnWay) {
  serve_and_start(
      {{"/v2/app/tags/list?n=2",
        tags_page(R"("1","2")", "https://quay.test/v2/app/tags/list?n=2&next_page=gA%3D%3D")},
       {"/v2/app/tags/list?n=2&next_page=gA%3D%3D", tags_page(R"("3")")}});

  EXPECT_EQ(all_tags("/v2/app/tags/list?n=2&ns=reg.test"), (Strings{"1", "2", "3"}));
}

TEST_F(ListsThroughTheDaemon, CachedPagesOutliveUpstreamAndARestart) {
  serve_and_start(by_last_);
  ASSERT_EQ(all_tags("/v2/app/tags/list?n=2&ns=reg.test").size(), 5u);

  restart_without_upstream();

  EXPECT_EQ(all_tags("/v2/app/tags/list?n=2&ns=reg.test"), (Strings{"1", "2", "3", "4", "5"}));
}

TEST_F(ListsThroughTheDaemon, PulledTagsAreListedWhenUpstreamIsGone) {
  const std::string manifest = R"({"schemaVersion":2,"config":{},"layers":[]})";
  serve_and_start({{"/v2/app/manifests/1.0", {manifest}}, {"/v2/app/manifests/0.9", {manifest}}});
  ASSERT_EQ(fetch("/v2/app/manifests/1.0?ns=reg.test").status, 200);
  ASSERT_EQ(fetch("/v2/app/manifests/0.9?ns=reg.test").status, 200);

  restart_without_upstream();
  const auto first = fetch("/v2/app/tags/list?n=1&ns=reg.test");

  EXPECT_EQ(first.body, R"({"name":"app","tags":["0.9"]})");
  EXPECT_EQ(header(first, "Cache-Status"), "larder; hit; detail=cached-tags");
  EXPECT_EQ(all_tags("/v2/app/tags/list?n=1&ns=reg.test"), (Strings{"0.9", "1.0"}));
  EXPECT_EQ(fetch("/v2/other/tags/list?ns=reg.test").status, 503);
}

TEST_F(ListsThroughTheDaemon, ARepositoryThatUpstreamDoesNotKnowIsNotFound) {
  serve_and_start({});

  const auto response = fetch("/v2/app/tags/list?ns=reg.test");

  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("NAME_UNKNOWN"), std::string::npos);
}

TEST_F(ListsThroughTheDaemon, AHeadTellsWhatAGetWould) {
  serve_and_start(by_last_);
  const auto get_response = fetch("/v2/app/tags/list?n=2&ns=reg.test");
  RawClient client(address());

  client.send("HEAD /v2/app/tags/list?n=2&ns=reg.test HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = read_head_response(client);

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(header(head, "Content-Length"), std::to_string(get_response.body.size()));
  EXPECT_EQ(header(head, "Link"), header(get_response, "Link"));
}

TEST_F(ListsThroughTheDaemon, ReferrersAreCachedWholeAndFilteredHere) {
  serve_and_start({{referrers_path(), index_of(signature_ + "," + sbom_)}});
  const auto all = fetch(referrers_path("?ns=reg.test"));
  const auto sboms = fetch(referrers_path("?artifactType=sbom&ns=reg.test"));

  EXPECT_EQ(header(all, "Content-Type"), kIndexType);
  EXPECT_NE(all.body.find(signature_ + "," + sbom_), std::string::npos);
  EXPECT_EQ(sboms.body.find("sha256:aa"), std::string::npos);
  EXPECT_NE(sboms.body.find(sbom_), std::string::npos);
  EXPECT_EQ(header(sboms, "OCI-Filters-Applied"), "artifactType");
  EXPECT_EQ(upstream_->requests().size(), 1u);
}

TEST_F(ListsThroughTheDaemon, ReferrersOfTheFallbackTagOutliveUpstreamAndARestart) {
  serve_and_start({{"/v2/app/manifests/" + fallback_tag_, index_of(signature_)}});
  const auto before = fetch(referrers_path("?ns=reg.test"));
  EXPECT_EQ(upstream_->requests().size(), 2u);

  restart_without_upstream();
  const auto after = fetch(referrers_path("?ns=reg.test"));

  EXPECT_NE(before.body.find(signature_), std::string::npos);
  EXPECT_EQ(after.status, 200);
  EXPECT_EQ(after.body, before.body);
}

TEST_F(ListsThroughTheDaemon, AnImageWithoutReferrersHasAnEmptyIndex) {
  serve_and_start({});

  const auto none = fetch(referrers_path("?ns=reg.test"));

  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(header(none, "Content-Type"), kIndexType);
  EXPECT_EQ(nlohmann::json::parse(none.body).at("manifests").size(), 0u);
}

}  // namespace
}  // namespace larder::testing
