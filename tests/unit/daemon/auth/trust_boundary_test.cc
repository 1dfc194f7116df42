// Which realms may see an endpoint's credential.
#include "daemon/auth/trust_boundary.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

struct Pair {
  const char* realm;
  const char* endpoint;
};

bool belongs(const Pair& pair) {
  return realm_belongs_to(http::Url::parse(pair.realm).value(),
                          http::Url::parse(pair.endpoint).value());
}

class RealmsInside : public ::testing::TestWithParam<Pair> {};

TEST_P(RealmsInside, Belong) {
  EXPECT_TRUE(belongs(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RealmsInside,
    ::testing::Values(Pair{"https://auth.docker.io/token", "https://registry-1.docker.io"},
                      Pair{"https://gitlab.com/jwt/auth", "https://registry.gitlab.com"},
                      Pair{"https://ghcr.io/token", "https://ghcr.io"},
                      Pair{"https://quay.io/v2/auth", "https://quay.io"},
                      Pair{"https://docker-auth.elastic.co/auth", "https://docker.elastic.co"},
                      Pair{"https://auth.corp.co.uk/t", "https://registry.corp.co.uk"},
                      Pair{"https://name.azurecr.io/oauth2/token", "https://name.azurecr.io"},
                      Pair{"https://registry.example:8443/t", "https://registry.example:5000"},
                      Pair{"https://127.0.0.1:5001/t", "http://127.0.0.1:5000"},
                      Pair{"http://127.0.0.1:5001/t", "http://127.0.0.1:5000"},
                      Pair{"https://[2001:db8::1]/t", "https://[2001:db8::1]:5000"},
                      Pair{"http://registry/t", "http://registry:5000"},
                      Pair{"https://ghcr.io/token", "https://lscr.io"}));

class RealmsOutside : public ::testing::TestWithParam<Pair> {};

TEST_P(RealmsOutside, DoNotBelong) {
  EXPECT_FALSE(belongs(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RealmsOutside,
    ::testing::Values(
        Pair{"https://evil.example/token", "https://registry-1.docker.io"},
        Pair{"https://docker.io.evil.example/token", "https://registry-1.docker.io"},
        Pair{"https://notdocker.io/token", "https://registry-1.docker.io"},
        Pair{"http://auth.docker.io/token", "https://registry-1.docker.io"},
        Pair{"http://ghcr.io/token", "https://ghcr.io"},
        Pair{"https://evil.co.uk/t", "https://registry.corp.co.uk"},
        Pair{"https://evil.com.cn/t", "https://corp.com.cn"},
        Pair{"https://co.uk/t", "https://corp.co.uk"},
        Pair{"https://evil.s3.amazonaws.com/t", "https://1.dkr.ecr.eu-west-1.amazonaws.com"},
        Pair{"https://evil.azurecr.io/t", "https://name.azurecr.io"},
        Pair{"https://evil.pkg.dev/t", "https://europe-docker.pkg.dev"},
        Pair{"https://evil.oss-cn-hangzhou.aliyuncs.com/t",
             "https://registry.cn-hangzhou.aliyuncs.com"},
        Pair{"https://evil.github.io/t", "https://corp.github.io"},
        Pair{"http://evil.other.svc.cluster.local/t", "http://registry.ns.svc.cluster.local"},
        Pair{"https://com/t", "https://example.com"},
        Pair{"https://10.0.0.2/t", "https://10.0.0.1"},
        Pair{"https://1.0.0.1/t", "https://2.0.0.1"},
        Pair{"https://[2001:db8::2]/t", "https://[2001:db8::1]"},
        Pair{"http://other/t", "http://registry"}, Pair{"https://lscr.io/t", "https://ghcr.io"}));

TEST(TrustBoundaryOfAnUpstream, IsAsWideAsTheOperatorWroteIt) {
  const auto realm = http::Url::parse("https://sso.other.example/token").value();
  const auto endpoint = http::Url::parse("https://reg.example").value();

  EXPECT_FALSE(realm_belongs_to(realm, endpoint, {"other.example"}));
  EXPECT_TRUE(realm_belongs_to(realm, endpoint, {"sso.other.example"}));
  EXPECT_FALSE(realm_belongs_to(http::Url::parse("http://sso.other.example/token").value(),
                                endpoint, {"sso.other.example"}));
}

}  // namespace
}  // namespace larder::auth
