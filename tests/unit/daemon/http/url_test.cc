#include "daemon/http/url.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

struct GoodUrl {
  std::string text;
  Url url;
};

class GoodUrls : public ::testing::TestWithParam<GoodUrl> {};

TEST_P(GoodUrls, AreSplitAsWritten) {
  const auto url = Url::parse(GetParam().text);

  ASSERT_TRUE(url.ok()) << describe(url.error());
  EXPECT_EQ(*url, GetParam().url) << url->str();
}

INSTANTIATE_TEST_SUITE_P(
    Url, GoodUrls,
    ::testing::Values(
        GoodUrl{"http://a", {"http", "a", 80, "/"}}, GoodUrl{"https://a", {"https", "a", 443, "/"}},
        GoodUrl{"HTTPS://Registry-1.Docker.IO/v2/", {"https", "registry-1.docker.io", 443, "/v2/"}},
        GoodUrl{"http://127.0.0.1:5000/x", {"http", "127.0.0.1", 5000, "/x"}},
        GoodUrl{"http://[::1]:5000/x", {"http", "::1", 5000, "/x"}},
        GoodUrl{"https://[2001:DB8::1]", {"https", "2001:db8::1", 443, "/"}},
        GoodUrl{"https://a?b=c", {"https", "a", 443, "/?b=c"}},
        GoodUrl{"https://a/b#frag?x", {"https", "a", 443, "/b"}},
        GoodUrl{"https://a_b.c-d/x?sig=%2B%2f+/~", {"https", "a_b.c-d", 443, "/x?sig=%2B%2f+/~"}},
        GoodUrl{"https://a/../b/./c", {"https", "a", 443, "/../b/./c"}},
        GoodUrl{"https://a/?u=http://b@c", {"https", "a", 443, "/?u=http://b@c"}},
        GoodUrl{"http://a:65535/", {"http", "a", 65535, "/"}}));

// Of valid labels, but 255 characters.
const std::string kLabel = std::string(63, 'a') + ".";
const std::string kLongHost = kLabel + kLabel + kLabel + std::string(63, 'a');

class BadUrls : public ::testing::TestWithParam<std::string> {};

TEST_P(BadUrls, AreInvalid) {
  const auto url = Url::parse(GetParam());

  ASSERT_FALSE(url.ok()) << url->str();
  EXPECT_EQ(url.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Url, BadUrls,
    ::testing::Values("", "a", "/v2/", "http:", "http:/a", "http://", "http:///x", "ftp://a",
                      "file:///etc/passwd", "://a", "http//a", "http://u@a", "http://u:p@a/x",
                      "http://a:0", "http://a:", "http://a:65536", "http://a:8x", "http://a:-1",
                      "http://a:+1", "http://a b/", "http://a/b c", "http://a/\r\nX: y",
                      std::string("http://a/\0", 10), "http://a/\x7f", "http://[::1", "http://[]",
                      "http://[a]", "http://[::1]x", "http://[fe80::1%25eth0]/", "http://::1/",
                      "http://a..b", "http://.a", "http://a.", "http://-a", "http://a-/",
                      "http://a%41/", "http://a\\b/", "http://\xc3\xa4/",
                      "http://" + std::string(64, 'a'), "http://" + kLongHost));

TEST(Url, ErrorsDoNotShowTheQueryOrUserInformation) {
  const auto query = Url::parse("https://a..b/x?X-Amz-Signature=secret");
  const auto user = Url::parse("https://user:secret@a/");

  EXPECT_EQ(query.error().context.find("secret"), std::string::npos);
  EXPECT_EQ(user.error().context.find("secret"), std::string::npos);
}

TEST(Url, AuthorityNamesThePortOnlyWhenItIsNotTheSchemesOwn) {
  EXPECT_EQ(Url::parse("https://a:443/")->authority(), "a");
  EXPECT_EQ(Url::parse("https://a:80/")->authority(), "a:80");
  EXPECT_EQ(Url::parse("http://[::1]:80/")->authority(), "[::1]");
  EXPECT_EQ(Url::parse("http://[::1]:81/")->authority(), "[::1]:81");
}

TEST(Url, WithoutQueryDropsTheSignature) {
  const auto url = Url::parse("https://bucket.s3.amazonaws.com/layer?X-Amz-Signature=secret");

  EXPECT_EQ(url->without_query(), "https://bucket.s3.amazonaws.com/layer");
  EXPECT_EQ(url->str(), "https://bucket.s3.amazonaws.com/layer?X-Amz-Signature=secret");
}

TEST(Url, SameOriginComparesSchemeHostAndPort) {
  const auto url = *Url::parse("https://a/x");

  EXPECT_TRUE(url.same_origin(*Url::parse("https://A:443/y?z")));
  EXPECT_FALSE(url.same_origin(*Url::parse("http://a:443/x")));
  EXPECT_FALSE(url.same_origin(*Url::parse("https://a:444/x")));
  EXPECT_FALSE(url.same_origin(*Url::parse("https://b/x")));
}

struct Redirect {
  std::string location;
  std::string target;
};

class Redirects : public ::testing::TestWithParam<Redirect> {};

TEST_P(Redirects, LeadWhereTheReferenceSays) {
  const auto from = *Url::parse("https://registry:5000/v2/a/blobs/x?ns=docker.io");

  const auto to = redirect_target(from, GetParam().location);

  ASSERT_TRUE(to.ok()) << describe(to.error());
  EXPECT_EQ(to->str(), GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(
    Url, Redirects,
    ::testing::Values(Redirect{"https://cdn/layer?sig=%2F%20+", "https://cdn/layer?sig=%2F%20+"},
                      Redirect{"//cdn/layer", "https://cdn/layer"},
                      Redirect{"//cdn:81", "https://cdn:81/"},
                      Redirect{"/token?a=b", "https://registry:5000/token?a=b"},
                      Redirect{"y", "https://registry:5000/v2/a/blobs/y"},
                      Redirect{"./y", "https://registry:5000/v2/a/blobs/y"},
                      Redirect{"../y?q=/../z", "https://registry:5000/v2/a/y?q=/../z"},
                      Redirect{"../../../../../y", "https://registry:5000/y"},
                      Redirect{"..", "https://registry:5000/v2/a/"},
                      Redirect{"?n=1", "https://registry:5000/v2/a/blobs/x?n=1"},
                      Redirect{"#part", "https://registry:5000/v2/a/blobs/x?ns=docker.io"},
                      Redirect{"/y#part", "https://registry:5000/y"}));

TEST(Url, RedirectFromHttpsToHttpIsDenied) {
  const auto from = *Url::parse("https://a/");

  EXPECT_EQ(redirect_target(from, "http://a/").error().code, Errc::denied);
  EXPECT_TRUE(redirect_target(*Url::parse("http://a/"), "https://b/").ok());
  EXPECT_TRUE(redirect_target(*Url::parse("http://a/"), "http://b/").ok());
}

class BadRedirects : public ::testing::TestWithParam<std::string> {};

TEST_P(BadRedirects, AreInvalid) {
  const auto to = redirect_target(*Url::parse("https://a/b"), GetParam());

  ASSERT_FALSE(to.ok()) << to->str();
  EXPECT_EQ(to.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(Url, BadRedirects,
                         ::testing::Values("", "ftp://b/", "file:///etc/passwd", "https:b",
                                           "javascript:alert(1)", "//", "//user@b/", "/a b",
                                           "/a\r\nHost: b", "https://"));

}  // namespace
}  // namespace larder::http
