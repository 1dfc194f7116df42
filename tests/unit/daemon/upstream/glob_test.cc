#include "daemon/upstream/glob.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/upstream/freshness.h"
#include "daemon/upstream/upstreams.h"

namespace larder::upstream {
namespace {

struct Case {
  const char* pattern;
  const char* text;
};

class TagsCovered : public ::testing::TestWithParam<Case> {};

TEST_P(TagsCovered, ByThePattern) {
  EXPECT_TRUE(tag_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TagsCovered,
    ::testing::Values(Case{"**", "docker.io/library/redis:7"},
                      Case{"**:latest", "docker.io/library/redis:latest"},
                      Case{"docker.io/library/redis:7", "docker.io/library/redis:7"},
                      Case{"docker.io/*/redis:*", "docker.io/library/redis:7"},
                      Case{"docker.io/**", "docker.io/a/b/c:d"},
                      Case{"**/redis:*", "docker.io/library/redis:7"},
                      Case{"docker.io/**/c:d", "docker.io/a/b/c:d"},
                      Case{"reg:5000/*:v*.1", "reg:5000/app:v1.1"}, Case{"*/app:1", "reg/app:1"},
                      Case{"reg/app*:1", "reg/app:1"}, Case{"reg/***:1", "reg/a/b:1"}));

class TagsNotCovered : public ::testing::TestWithParam<Case> {};

TEST_P(TagsNotCovered, ByThePattern) {
  EXPECT_FALSE(tag_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TagsNotCovered,
    ::testing::Values(Case{"", "a/b:c"}, Case{"**:latest", "docker.io/library/redis:7"},
                      Case{"docker.io/*:*", "docker.io/library/redis:7"},
                      Case{"docker.io/library/redis:7", "docker.io/library/redis:77"},
                      Case{"docker.io/library/redis:7", "xdocker.io/library/redis:7"},
                      Case{"*", "a/b:c"}, Case{"docker.io/**/c:d", "docker.io/c:d"},
                      Case{"Docker.io/**", "docker.io/a:b"}, Case{"reg/a?p:1", "reg/app:1"},
                      Case{"reg/[a]pp:1", "reg/app:1"}, Case{"reg.io/a:1", "regxio/a:1"}));

class HostsCovered : public ::testing::TestWithParam<Case> {};

TEST_P(HostsCovered, ByThePattern) {
  EXPECT_TRUE(host_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostsCovered,
    ::testing::Values(
        Case{"docker.io", "docker.io"}, Case{"docker.io", "Docker.IO"}, Case{"Quay.io", "quay.io"},
        Case{"reg.example:5000", "reg.example:5000"},
        Case{"*.dkr.ecr.*.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"},
        Case{"*.pkg.dev", "europe-docker.pkg.dev"}, Case{"*-docker.pkg.dev", "us-docker.pkg.dev"},
        Case{"*.azurecr.io", "name.azurecr.io"}, Case{"reg-*.example:5000", "reg-a.example:5000"}));

class HostsNotCovered : public ::testing::TestWithParam<Case> {};

TEST_P(HostsNotCovered, ByThePattern) {
  EXPECT_FALSE(host_matches(GetParam().pattern, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostsNotCovered,
    ::testing::Values(
        Case{"docker.io", "evil-docker.io"}, Case{"docker.io", "docker.io.evil.example"},
        Case{"docker.io", "docker.io:443"}, Case{"docker.io", ""}, Case{"", "docker.io"},
        Case{"*.pkg.dev", ".pkg.dev"}, Case{"*.pkg.dev", "pkg.dev"},
        Case{"*.pkg.dev", "a.b.pkg.dev"}, Case{"*.pkg.dev", "us-docker.pkg.dev:8443"},
        Case{"*.pkg.dev", "evil.example/x.pkg.dev"}, Case{"*.pkg.dev", "user@x.pkg.dev"},
        Case{"*.pkg.dev", "evil.example#.pkg.dev"}, Case{"*.pkg.dev", "a:1.pkg.dev"},
        Case{"*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.a.b.amazonaws.com"},
        Case{"*.dkr.ecr.*.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com.cn"},
        Case{"*.dkr.ecr.*.amazonaws.com", "1xdkr.ecr.eu-west-1.amazonaws.com"}));

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
