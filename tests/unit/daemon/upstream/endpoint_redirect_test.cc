// Redirects: where they may lead, and what goes with them.
#include "tests/unit/daemon/upstream/endpoint_fixture.h"

namespace larder::upstream {
namespace {

using http::Reach;

TEST_F(EndpointTest, KeepsTheAuthorizationOnItsOwnOriginOnly) {
  answer({challenge("Basic realm=x"),
          redirect("/blobs/1"),
          redirect("https://cdn.example/2"),
          redirect("https://reg.example/3"),
          {}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->authorizations(), (Strings{"(none)", "Basic dXNlcjpwYXNzd29yZA==",
                                                "Basic dXNlcjpwYXNzd29yZA==", "(none)", "(none)"}));
}

struct Hop {
  const char* endpoint;
  const char* location;
  const char* url;
  Reach reach;
  bool authorized;
};

class Redirects : public EndpointTest, public ::testing::WithParamInterface<Hop> {};

TEST_P(Redirects, LeadHere) {
  answer({challenge("Basic realm=x"), redirect(GetParam().location), {.body = "hello"}},
         GetParam().endpoint);

  ASSERT_TRUE(send().ok());

  const auto last = client_->requests().back();
  EXPECT_EQ(last.url.str(), GetParam().url);
  EXPECT_EQ(last.reach, GetParam().reach);
  EXPECT_EQ(last.headers.find("Authorization").has_value(), GetParam().authorized);
  EXPECT_EQ(last.headers.find("Range"), "bytes=1-");
  EXPECT_EQ(response_.bytes(), "hello");
}

INSTANTIATE_TEST_SUITE_P(
    Table, Redirects,
    ::testing::Values(Hop{"https://reg.example", "/b?x=%2F%2B+", "https://reg.example/b?x=%2F%2B+",
                          Reach::anywhere, true},
                      Hop{"https://reg.example", "https://reg.example:443/b",
                          "https://reg.example/b", Reach::anywhere, true},
                      Hop{"https://reg.example", "https://REG.example/b", "https://reg.example/b",
                          Reach::anywhere, true},
                      Hop{"https://reg.example", "https://reg.example:8443/b",
                          "https://reg.example:8443/b", Reach::public_only, false},
                      Hop{"https://reg.example", "https://cdn.example/b?X-Sig=a%2Fb%2B%3D&c=d+e",
                          "https://cdn.example/b?X-Sig=a%2Fb%2B%3D&c=d+e", Reach::public_only,
                          false},
                      Hop{"https://reg.example", "//cdn.example/b", "https://cdn.example/b",
                          Reach::public_only, false},
                      Hop{"https://reg.example", "https://sub.reg.example/b",
                          "https://sub.reg.example/b", Reach::public_only, false},
                      Hop{"http://127.0.0.1:5000", "http://127.0.0.1:5000/b",
                          "http://127.0.0.1:5000/b", Reach::anywhere, true},
                      Hop{"http://127.0.0.1:5000", "http://127.0.0.1:5001/b",
                          "http://127.0.0.1:5001/b", Reach::public_only, false},
                      Hop{"http://127.0.0.1:5000", "http://169.254.169.254/latest/meta-data/",
                          "http://169.254.169.254/latest/meta-data/", Reach::public_only, false},
                      Hop{"http://reg.example", "https://reg.example/b", "https://reg.example/b",
                          Reach::public_only, false},
                      Hop{"http://reg.example", "http://cdn.example/b", "http://cdn.example/b",
                          Reach::public_only, false}));

TEST_F(EndpointTest, ShowsItsCertificateOnItsOwnOriginOnly) {
  answer({bearer_challenge(),
          token("T"),
          redirect("/blobs/1"),
          redirect("https://cdn.example/2"),
          redirect("https://reg.example:444/3"),
          {}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(certificates_shown(), (std::vector{true, false, true, true, false, false}));
}

TEST_F(EndpointTest, ShowsItsCertificateNeverInATenantsName) {
  const std::string realm = R"(Bearer realm="https://reg.example/token")";
  answer(
      {challenge(realm), token("T"), redirect("/blobs/1"), {}, challenge(realm), token("N"), {}});

  ASSERT_TRUE(send_as("alice", "password").ok());
  ASSERT_TRUE(send_as("").ok());

  EXPECT_EQ(certificates_shown(), std::vector<bool>(7, false));
}

TEST_F(EndpointTest, LeavesHttpsForHttpOnNoHop) {
  answer({redirect("https://cdn.example/1"), redirect("http://cdn.example/2"), {}});

  EXPECT_EQ(send().error().code, Errc::denied);

  EXPECT_EQ(client_->count(), 2U);
}

TEST_F(EndpointTest, MayGoOnlyWhereAnybodyMayOnEveryHopBehindItsOwn) {
  answer({redirect("https://cdn.example/1"), redirect("https://127.0.0.1/2"), {}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->requests()[1].reach, Reach::public_only);
  EXPECT_EQ(client_->requests()[2].reach, Reach::public_only);
}

struct BadHop {
  const char* location;
  Errc code;
};

class BadRedirects : public EndpointTest, public ::testing::WithParamInterface<BadHop> {};

TEST_P(BadRedirects, AreNotFollowed) {
  answer({redirect(GetParam().location), {}});

  const auto sent = send();

  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, GetParam().code) << describe(sent.error());
  EXPECT_EQ(sent.error().context.find("secret"), std::string::npos) << describe(sent.error());
  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(response_.heads(), 0);
}

INSTANTIATE_TEST_SUITE_P(Table, BadRedirects,
                         ::testing::Values(BadHop{"http://reg.example/b?sig=secret", Errc::denied},
                                           BadHop{"http://cdn.example/b?sig=secret", Errc::denied},
                                           BadHop{"https://user:secret@cdn.example/b",
                                                  Errc::upstream_down},
                                           BadHop{"ftp://cdn.example/b", Errc::upstream_down},
                                           BadHop{"file:///etc/passwd", Errc::upstream_down},
                                           BadHop{"https:///b", Errc::upstream_down},
                                           BadHop{"https://cdn.example/a b", Errc::upstream_down},
                                           BadHop{"", Errc::upstream_down}));

TEST_F(EndpointTest, FollowsEveryKindOfRedirect) {
  for (const int status : {301, 302, 303, 307, 308}) {
    answer({redirect("/b", status), {.body = "hello"}});

    EXPECT_TRUE(send().ok()) << status;
    EXPECT_EQ(client_->urls().back(), "GET https://reg.example/b");
  }
}

TEST_F(EndpointTest, StaysWithHead) {
  answer({redirect("/b", 303), {}});

  ASSERT_TRUE(send("HEAD").ok());

  EXPECT_EQ(client_->urls().back(), "HEAD https://reg.example/b");
}

TEST_F(EndpointTest, GivesOther3xxToTheSink) {
  for (const int status : {300, 304}) {
    answer({{.status = status, .headers = {{"Location", "/b"}}}});

    EXPECT_TRUE(send().ok());
    EXPECT_EQ(response_.status(), status);
  }
}

TEST_F(EndpointTest, FollowsFiveRedirectsAndNoMore) {
  const auto hop = redirect("/b");
  answer({hop, hop, hop, hop, hop, {.body = "hello"}});
  EXPECT_TRUE(send().ok());

  answer({hop});
  EXPECT_EQ(describe(send().error()), "upstream_down: reg.example: more than 5 redirects");
  EXPECT_EQ(client_->count(), 6U);
}

TEST_F(EndpointTest, NeedsExactlyOneLocation) {
  answer({{.status = 302}});
  EXPECT_EQ(send().error().code, Errc::upstream_down);

  answer({{.status = 302, .headers = {{"Location", "/a"}, {"Location", "/b"}}}});
  EXPECT_EQ(send().error().code, Errc::upstream_down);
}

TEST_F(EndpointTest, FollowsARedirectWhoseBodyIsLargeOrBreaksOff) {
  auto large = redirect("/b");
  large.body = std::string(100'000, 'x');
  large.tells_length = false;
  auto broken = redirect("/b");
  broken.error = Error{Errc::upstream_down, "reset"};
  broken.error_after_body = true;

  for (const auto& first : {large, broken}) {
    answer({first, {.body = "hello"}});

    EXPECT_TRUE(send().ok());
  }
}

}  // namespace
}  // namespace larder::upstream
