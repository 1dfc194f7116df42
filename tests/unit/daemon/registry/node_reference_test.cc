#include "daemon/registry/node_reference.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

constexpr char kNodeDigest[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct Read {
  std::string text;
  std::string host;
  std::string repository;
  std::string reference;
};

class NodeReferences : public ::testing::TestWithParam<Read> {};

TEST_P(NodeReferences, AreReadAsKubeletReadsThem) {
  const auto read = parse_node_reference(GetParam().text);

  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(read->host, GetParam().host);
  EXPECT_EQ(read->path, (RegistryPath{RouteKind::manifest, GetParam().repository,
                                      GetParam().reference, GetParam().host}));
}

INSTANTIATE_TEST_SUITE_P(
    Table, NodeReferences,
    ::testing::Values(Read{"redis", "docker.io", "redis", "latest"},
                      Read{"redis:7", "docker.io", "redis", "7"},
                      Read{"team/app", "docker.io", "team/app", "latest"},
                      Read{"redis.io:7", "docker.io", "redis.io", "7"},
                      Read{"quay.io/team/app:v3", "quay.io", "team/app", "v3"},
                      Read{"localhost:5000/app", "localhost:5000", "app", "latest"},
                      Read{std::string("ghcr.io/app@") + kNodeDigest, "ghcr.io", "app",
                           kNodeDigest},
                      Read{std::string("app:7@") + kNodeDigest, "docker.io", "app", kNodeDigest}));

TEST(NodeReferences, AreNotMadeOfAnything) {
  for (const char* const text : {"", "/", "quay.io/", "a b", "APP", "app:", "app@x",
                                 "app@sha256:", "a:b:c", "https://quay.io/app"}) {
    const auto read = parse_node_reference(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Errc::invalid) << text;
  }
}

TEST(FullName, TellsTagsFromDigests) {
  EXPECT_EQ(full_name("quay.io", "app", "7"), "quay.io/app:7");
  EXPECT_EQ(full_name("quay.io", "app", kNodeDigest), std::string("quay.io/app@") + kNodeDigest);
}

}  // namespace
}  // namespace larder::registry
