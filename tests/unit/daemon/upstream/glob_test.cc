#include "daemon/upstream/glob.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/upstream/freshness.h"
#include "daemon/upstream/upstreams.h"

namespace larder::upstream {
namespace {

struct GlobCase {
  const char* pattern;
  const char* text;
};

class TagsCovered : public ::testing::TestWithParam<GlobCase> {};

TEST_P(TagsCovered, ByThePattern) {
  EXPECT_TRUE(tag_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TagsCovered,
    ::testing::Values(GlobCase{"**", "docker.io/library/redis:7"},
                      GlobCase{"**:latest", "docker.io/library/redis:latest"},
                      GlobCase{"docker.io/library/redis:7", "docker.io/library/redis:7"},
                      GlobCase{"docker.io/*/redis:*", "docker.io/library/redis:7"},
                      GlobCase{"docker.io/**", "docker.io/a/b/c:d"},
                      GlobCase{"**/redis:*", "docker.io/library/redis:7"},
                      GlobCase{"docker.io/**/c:d", "docker.io/a/b/c:d"},
                      GlobCase{"reg:5000/*:v*.1", "reg:5000/app:v1.1"},
                      GlobCase{"*/app:1", "reg/app:1"}, GlobCase{"reg/app*:1", "reg/app:1"},
                      GlobCase{"reg/***:1", "reg/a/b:1"}));

class TagsNotCovered : public ::testing::TestWithParam<GlobCase> {};

TEST_P(TagsNotCovered, ByThePattern) {
  EXPECT_FALSE(tag_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TagsNotCovered,
    ::testing::Values(GlobCase{"", "a/b:c"}, GlobCase{"**:latest", "docker.io/library/redis:7"},
                      GlobCase{"docker.io/*:*", "docker.io/library/redis:7"},
                      GlobCase{"docker.io/library/redis:7", "docker.io/library/redis:77"},
                      GlobCase{"docker.io/library/redis:7", "xdocker.io/library/redis:7"},
                      GlobCase{"*", "a/b:c"}, GlobCase{"docker.io/**/c:d", "docker.io/c:d"},
                      GlobCase{"Docker.io/**", "docker.io/a:b"}, GlobCase{"reg/a?p:1", "reg/app:1"},
                      GlobCase{"reg/[a]pp:1", "reg/app:1"}, GlobCase{"reg.io/a:1", "regxio/a:1"}));

class HostsCovered : public ::testing::TestWithParam<GlobCase> {};

TEST_P(HostsCovered, ByThePattern) {
  EXPECT_TRUE(host_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(Table, HostsCovered,
                         ::testing::Values(GlobCase{"docker.io", "docker.io"},
                                           GlobCase{"docker.io", "Docker.IO"},
                                           GlobCase{"Quay.io", "quay.io"},
                                           GlobCase{"reg.example:5000", "reg.example:5000"},
                                           GlobCase{"*.dkr.ecr.*.amazonaws.com",
                                                    "123456789012.dkr.ecr.eu-west-1.amazonaws.com"},
                                           GlobCase{"*.pkg.dev", "europe-docker.pkg.dev"},
                                           GlobCase{"*-docker.pkg.dev", "us-docker.pkg.dev"},
                                           GlobCase{"*.azurecr.io", "name.azurecr.io"},
                                           GlobCase{"reg-*.example:5000", "reg-a.example:5000"}));

class HostsNotCovered : public ::testing::TestWithParam<GlobCase> {};

TEST_P(HostsNotCovered, ByThePattern) {
  EXPECT_FALSE(host_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostsNotCovered,
    ::testing::Values(
        GlobCase{"docker.io", "evil-docker.io"}, GlobCase{"docker.io", "docker.io.evil.example"},
        GlobCase{"docker.io", "docker.io:443"}, GlobCase{"docker.io", ""},
        GlobCase{"", "docker.io"}, GlobCase{"*.pkg.dev", ".pkg.dev"},
        GlobCase{"*.pkg.dev", "pkg.dev"}, GlobCase{"*.pkg.dev", "a.b.pkg.dev"},
        GlobCase{"*.pkg.dev", "us-docker.pkg.dev:8443"},
        GlobCase{"*.pkg.dev", "evil.example/x.pkg.dev"}, GlobCase{"*.pkg.dev", "user@x.pkg.dev"},
        GlobCase{"*.pkg.dev", "evil.example#.pkg.dev"}, GlobCase{"*.pkg.dev", "a:1.pkg.dev"},
        GlobCase{"*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.a.b.amazonaws.com"},
        GlobCase{"*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com.cn"},
        GlobCase{"*.dkr.ecr.*.amazonaws.com", "1xdkr.ecr.eu-west-1.amazonaws.com"}));

TEST(Glob, TakesPolynomialTimeForAnyPattern) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";

  EXPECT_FALSE(tag_matches(pattern + "b", std::string(2000, 'a')));
}

TEST(Glob, MayForbidEmptyWildcards) {
  const auto any = [](char) { return true; };

  EXPECT_TRUE(glob_matches("a*b", "ab", {any, any, true}));
  EXPECT_FALSE(glob_matches("a*b", "ab", {any, any, false}));
  EXPECT_TRUE(glob_matches("a*b", "acb", {any, any, false}));
}

}  // namespace
}  // namespace larder::upstream
