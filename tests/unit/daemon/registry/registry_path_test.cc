#include "daemon/registry/registry_path.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

const std::string kPathDigest = "sha256:" + std::string(64, 'a');

struct Good {
  std::string target;
  RegistryPath path;
};

class GoodRegistryPath : public ::testing::TestWithParam<Good> {};

TEST_P(GoodRegistryPath, Parses) {
  const auto path = parse_registry_path(GetParam().target);

  ASSERT_TRUE(path.ok()) << describe(path.error());
  EXPECT_EQ(path->kind, GetParam().path.kind);
  EXPECT_EQ(path->repository, GetParam().path.repository);
  EXPECT_EQ(path->reference, GetParam().path.reference);
  EXPECT_EQ(path->ns, GetParam().path.ns);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodRegistryPath,
    ::testing::Values(
        Good{"/v2/", {RouteKind::ping, "", "", ""}}, Good{"/v2", {RouteKind::ping, "", "", ""}},
        Good{"/v2/?ns=docker.io", {RouteKind::ping, "", "", "docker.io"}},
        Good{"/v2/redis/manifests/7", {RouteKind::manifest, "redis", "7", ""}},
        Good{"/v2/library/redis/manifests/7?ns=docker.io",
             {RouteKind::manifest, "library/redis", "7", "docker.io"}},
        Good{"/v2/a/manifests/b?x=1&ns=reg.example%3A5000",
             {RouteKind::manifest, "a", "b", "reg.example:5000"}},
        Good{"/v2/a/blobs/" + kPathDigest, {RouteKind::blob, "a", kPathDigest, ""}},
        // The name holds a verb: read from the right.
        Good{"/v2/a/blobs/uploads/manifests/x", {RouteKind::manifest, "a/blobs/uploads", "x", ""}},
        Good{"/v2/tags/manifests/list", {RouteKind::manifest, "tags", "list", ""}},
        Good{"/v2/manifests/manifests/manifests",
             {RouteKind::manifest, "manifests", "manifests", ""}},
        Good{"/v2/a/tags/list", {RouteKind::tags, "a", "", ""}},
        Good{"/v2/a/referrers/" + kPathDigest, {RouteKind::referrers, "a", kPathDigest, ""}},
        Good{"/v2/a-b__c.d_e---f/manifests/x", {RouteKind::manifest, "a-b__c.d_e---f", "x", ""}},
        Good{"/v2/quay.io/prometheus/prometheus/manifests/v3",
             {RouteKind::manifest, "quay.io/prometheus/prometheus", "v3", ""}},
        Good{"/v2/Reg.Example:5000/app/manifests/v3",
             {RouteKind::manifest, "Reg.Example:5000/app", "v3", ""}},
        // Whether a reference is a tag or a digest is not the path's business.
        Good{"/v2/a/manifests/.INVALID_MANIFEST_NAME",
             {RouteKind::manifest, "a", ".INVALID_MANIFEST_NAME", ""}},
        Good{"/v2/" + std::string(255, 'a') + "/blobs/" + kPathDigest,
             {RouteKind::blob, std::string(255, 'a'), kPathDigest, ""}}));

struct Bad {
  std::string target;
  Errc code;
};

class BadRegistryPath : public ::testing::TestWithParam<Bad> {};

TEST_P(BadRegistryPath, IsRefused) {
  const auto path = parse_registry_path(GetParam().target);

  ASSERT_FALSE(path.ok());
  EXPECT_EQ(path.error().code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRegistryPath,
    ::testing::Values(
        Bad{"", Errc::not_found}, Bad{"/", Errc::not_found}, Bad{"/v1/", Errc::not_found},
        Bad{"/v2x/a/manifests/b", Errc::not_found}, Bad{"/v2/a", Errc::not_found},
        Bad{"/x/v2/a/manifests/b", Errc::not_found}, Bad{"/v2/a/b/c", Errc::not_found},
        Bad{"/v2/_catalog", Errc::not_found}, Bad{"/v2//manifests/b", Errc::invalid},
        Bad{"/v2/manifests/b", Errc::not_found}, Bad{"/v2/A/manifests/b", Errc::invalid},
        Bad{"/v2/a//b/manifests/c", Errc::invalid}, Bad{"/v2/../manifests/b", Errc::invalid},
        Bad{"/v2/a/../b/manifests/c", Errc::invalid}, Bad{"/v2/-a/manifests/b", Errc::invalid},
        Bad{"/v2/a-/manifests/b", Errc::invalid}, Bad{"/v2/a..b/manifests/c", Errc::invalid},
        Bad{"/v2/a___b/manifests/c", Errc::invalid}, Bad{"/v2/a._b/manifests/c", Errc::invalid},
        Bad{"/v2/%2e%2e/manifests/b", Errc::invalid}, Bad{"/v2/a%2fb/manifests/c", Errc::invalid},
        Bad{"/v2/a/manifests/b?ns=%zz", Errc::invalid},
        Bad{"/v2/a/manifests/b?ns=%4", Errc::invalid},
        Bad{"/v2/a/manifests/b?ns=a/b", Errc::invalid},
        Bad{"/v2/a/manifests/b?ns=%0d%0aX:1", Errc::invalid},
        Bad{"/v2/a/manifests/b?ns=user@host", Errc::invalid},
        Bad{"/v2/" + std::string(600, 'a') + "/manifests/b", Errc::invalid}));

TEST(Tag, FollowsTheSpecsGrammar) {
  for (const char* good : {"a", "_", "7", "v1.2-rc_3", "LATEST"}) EXPECT_TRUE(is_tag(good)) << good;
  for (const char* bad : {"", ".a", "-a", "a:b", "a/b", "a b", "a%41"})
    EXPECT_FALSE(is_tag(bad)) << bad;
  EXPECT_TRUE(is_tag(std::string(128, 'a')));
  EXPECT_FALSE(is_tag(std::string(129, 'a')));
}

TEST(Host, IsToldFromARepositoryComponent) {
  for (const char* host : {"quay.io", "localhost", "reg:5000", "10.0.0.1"}) {
    EXPECT_TRUE(looks_like_host(host)) << host;
  }
  for (const char* name : {"library", "redis", "a-b"}) EXPECT_FALSE(looks_like_host(name)) << name;
}

}  // namespace
}  // namespace larder::registry
