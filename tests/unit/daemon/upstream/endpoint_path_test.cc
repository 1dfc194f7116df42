#include "daemon/upstream/endpoint_path.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

struct Case {
  const char* path;
  EndpointPath split;
  const char* target;  // of "/v2/library/redis/tags/list"
};

class EndpointPaths : public ::testing::TestWithParam<Case> {};

TEST_P(EndpointPaths, LeadToTheRepository) {
  const auto split = split_endpoint_path(GetParam().path);

  EXPECT_EQ(split, GetParam().split) << split.base << " " << split.repository_prefix;
  EXPECT_EQ(split.target_of("/v2/library/redis/tags/list"), GetParam().target);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EndpointPaths,
    ::testing::Values(
        Case{"", {"", ""}, "/v2/library/redis/tags/list"},
        Case{"/", {"", ""}, "/v2/library/redis/tags/list"},
        Case{"/v2", {"", ""}, "/v2/library/redis/tags/list"},
        Case{"/v2/", {"", ""}, "/v2/library/redis/tags/list"},
        Case{"/mirror", {"/mirror", ""}, "/mirror/v2/library/redis/tags/list"},
        Case{"/mirror//", {"/mirror", ""}, "/mirror/v2/library/redis/tags/list"},
        Case{"/v2/dockerhub", {"", "dockerhub/"}, "/v2/dockerhub/library/redis/tags/list"},
        Case{"/v2/docker-hub/", {"", "docker-hub/"}, "/v2/docker-hub/library/redis/tags/list"},
        Case{"/v2/a/b", {"", "a/b/"}, "/v2/a/b/library/redis/tags/list"},
        Case{"/v2/v2", {"", "v2/"}, "/v2/v2/library/redis/tags/list"},
        Case{"/artifactory/api/docker/remote/v2",
             {"/artifactory/api/docker/remote", ""},
             "/artifactory/api/docker/remote/v2/library/redis/tags/list"},
        Case{"/base/v2/prefix", {"/base", "prefix/"}, "/base/v2/prefix/library/redis/tags/list"},
        Case{"/v2x", {"/v2x", ""}, "/v2x/v2/library/redis/tags/list"},
        Case{"/xv2/y", {"/xv2/y", ""}, "/xv2/y/v2/library/redis/tags/list"}));

TEST(EndpointPath, PutsNoRepositoryIntoThePathOfAPing) {
  EXPECT_EQ(split_endpoint_path("/base/v2/prefix").target_of("/v2/"), "/base/v2/");
}

TEST(EndpointPath, NamesTheRepositoryAsTheRegistryDoes) {
  EXPECT_EQ(split_endpoint_path("/v2/dockerhub").repository_of("library/redis"),
            "dockerhub/library/redis");
  EXPECT_EQ(split_endpoint_path("/mirror").repository_of("library/redis"), "library/redis");
}

}  // namespace
}  // namespace larder::upstream
