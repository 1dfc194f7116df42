#include "daemon/registry/target.h"

#include "tests/unit/daemon/registry/registry_fixture.h"

namespace larder::registry {
namespace {

struct TargetCase {
  std::string repository;
  std::string ns;
  std::string asked_as;
  std::string upstream;
  std::string name_there;
};

class FindTarget : public testing::RegistryFixture,
                   public ::testing::WithParamInterface<TargetCase> {};

TEST_P(FindTarget, ChoosesUpstreamAndName) {
  const RegistryPath path{RouteKind::manifest, GetParam().repository, "1", GetParam().ns};

  const auto target = find_target(path, upstreams_, "docker.io", GetParam().asked_as);

  ASSERT_TRUE(target.ok()) << describe(target.error());
  EXPECT_EQ(target->upstream->name(), GetParam().upstream);
  EXPECT_EQ(target->repository, GetParam().name_there);
}

INSTANTIATE_TEST_SUITE_P(
    Table, FindTarget,
    ::testing::Values(TargetCase{"app", "reg.test", "", "reg.test", "app"},
                      TargetCase{"reg.test/app", "", "", "reg.test", "app"},
                      TargetCase{"reg.test/app", "reg.test", "", "reg.test", "app"},
                      TargetCase{"team/app", "", "", "docker.io", "team/app"},
                      TargetCase{"redis", "", "", "docker.io", "library/redis"},
                      TargetCase{"redis", "docker.io", "", "docker.io", "library/redis"},
                      TargetCase{"docker.io/redis", "", "", "docker.io", "library/redis"},
                      TargetCase{"app", "", "reg.test", "reg.test", "app"},
                      TargetCase{"redis", "", "docker.io", "docker.io", "library/redis"},
                      TargetCase{"reg.test/app", "", "reg.test", "reg.test", "app"},
                      TargetCase{"redis", "docker.io", "reg.test", "docker.io", "library/redis"},
                      TargetCase{"docker.io/redis", "", "reg.test", "reg.test",
                                 "docker.io/redis"}));

using FindNoTarget = testing::RegistryFixture;

TEST_F(FindNoTarget, ForAHostThatMatchesNothing) {
  const auto target = find_target({RouteKind::manifest, "app", "1", "evil.test"}, upstreams_, "x");

  EXPECT_EQ(target.error().code, Errc::not_found);
  EXPECT_NE(target.error().context.find("evil.test"), std::string::npos);
}

TEST_F(FindNoTarget, ForAHostInsideAName) {
  const auto target =
      find_target({RouteKind::manifest, "a:b/app", "1", "reg.test"}, upstreams_, "docker.io");

  EXPECT_EQ(target.error().code, Errc::invalid);
}

}  // namespace
}  // namespace larder::registry
