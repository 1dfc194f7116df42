// How upstreams and endpoints are reached: certificates and proxies. Credentials of registries are
// in read_upstreams_test.cc.
#include "daemon/config/read_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

Upstream only_upstream(const std::string& settings) {
  return parsed("upstreams:\n  - {match: a.io, " + settings + "}").upstreams.at(0);
}

TEST(Access, IsReadOfAnUpstream) {
  const Upstream upstream = only_upstream(
      "ca: /ca, client_certificate: /c, client_key: /k, select: latency, proxy: none");

  EXPECT_EQ(upstream.ca_file, "/ca");
  EXPECT_EQ(upstream.client_certificate, (ClientCertificate{"/c", "/k"}));
  EXPECT_EQ(upstream.select, Selection::latency);
  EXPECT_EQ(upstream.proxy.kind, ProxyKind::none);
}

TEST(Access, HasDefaults) {
  const Upstream upstream = only_upstream("ca: /ca");

  EXPECT_EQ(upstream.client_certificate, ClientCertificate{});
  EXPECT_EQ(upstream.select, Selection::ordered);
  EXPECT_EQ(upstream.proxy, Proxy{});
  EXPECT_EQ(upstream.proxy.kind, ProxyKind::environment);
}

TEST(Access, IsReadOfAnEndpointWhereItDiffers) {
  const Upstream upstream = only_upstream(
      "ca: /ca, endpoints: ['https://a.io', {url: 'https://b.io/v2/x', ca: /other, "
      "client_certificate: /c, client_key: /k, proxy: none, auth: {kind: anonymous}}]");

  ASSERT_THAT(upstream.endpoints, SizeIs(2));
  EXPECT_EQ(upstream.endpoints[0], Endpoint{"https://a.io"});
  EXPECT_EQ(upstream.endpoints[1],
            (Endpoint{"https://b.io/v2/x", Auth{}, "/other", ClientCertificate{"/c", "/k"},
                      Proxy{ProxyKind::none, {}, {}, {}, {}}}));
}

TEST(Proxy, MayBeNamed) {
  EXPECT_EQ(only_upstream("proxy: environment").proxy.kind, ProxyKind::environment);

  const Proxy proxy = only_upstream(
                          "proxy: {url: 'http://p:3128', no_proxy: [.corp, 10.0.0.0/8], "
                          "username: u, password_file: /p}")
                          .proxy;

  EXPECT_EQ(proxy.kind, ProxyKind::server);
  EXPECT_EQ(proxy.url, "http://p:3128");
  EXPECT_THAT(proxy.no_proxy, ElementsAre(".corp", "10.0.0.0/8"));
  EXPECT_EQ(proxy.username, "u");
  EXPECT_EQ(proxy.password, (SecretPlace{"/p", ""}));
}

struct BadProxy {
  std::string yaml;
  std::string start;  // of the problem, after "upstreams[0].proxy"
  std::string what;
};

class BadProxies : public TestWithParam<BadProxy> {};

TEST_P(BadProxies, AreRefusedWithFileLineAndKey) {
  const std::string problems =
      problems_of("upstreams:\n  - {match: a.io, proxy: " + GetParam().yaml + "}");

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0].proxy" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
  EXPECT_THAT(problems, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadProxies,
    Values(BadProxy{"direct", "", "environment, none, or a mapping"},
           BadProxy{"[none]", "", "environment, none, or a mapping"},
           BadProxy{"~", "", "environment, none, or a mapping"},
           BadProxy{"'http://u:hunter2@p'", "", "environment, none, or a mapping"},
           BadProxy{"{}", ".url", "got nothing"}, BadProxy{"{url: []}", ".url", "a list"},
           BadProxy{"{url: 'p:3128'}", ".url", "scheme"},
           BadProxy{"{url: 'http://u:hunter2@p'}", ".url", "password"},
           BadProxy{"{url: 'http://p', password: hunter2, username: u, password_env: P}",
                    ".password", "a secret in the config"},
           BadProxy{"{url: 'http://p', username: u}", ".password_file", "or password_env"},
           BadProxy{"{url: 'http://p', password_env: P}", ".username", "got nothing"},
           BadProxy{"{url: 'http://p', username: u, password_env: P, password_file: /p}",
                    ".password_env", "both"},
           BadProxy{"{url: 'http://p', no_proxy: a.io}", ".no_proxy", "a list"},
           BadProxy{"{url: 'http://p', no_proxy: ['a,b']}", ".no_proxy[0]", "10.0.0.0/8"},
           BadProxy{"{url: 'http://p', no_proxy: [[a]]}", ".no_proxy[0]", "a list"},
           BadProxy{"{url: 'http://p', ca: /x}", ".ca", "unknown key"}));

}  // namespace
}  // namespace larder::config
