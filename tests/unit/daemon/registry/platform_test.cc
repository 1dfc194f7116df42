#include "daemon/registry/platform.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

TEST(PlatformText, LeavesOutWhatIsNotTold) {
  EXPECT_EQ(to_string(Platform{"linux", "arm64", "v8"}), "linux/arm64/v8");
  EXPECT_EQ(to_string(Platform{"linux", "amd64", ""}), "linux/amd64");
  EXPECT_EQ(to_string(Platform{}), "");
}

TEST(LinuxPlatform, SpeaksAsAnImageIndexDoes) {
  EXPECT_EQ(linux_platform("x86_64"), (Platform{"linux", "amd64", ""}));
  EXPECT_EQ(linux_platform("aarch64"), (Platform{"linux", "arm64", "v8"}));
  EXPECT_EQ(linux_platform("armv7l"), (Platform{"linux", "arm", "v7"}));
  EXPECT_EQ(linux_platform("mips64"), (Platform{"linux", "mips64", ""}));
}

TEST(NodePlatform, IsOfThisMachine) {
  EXPECT_EQ(node_platform().os, "linux");
  EXPECT_FALSE(node_platform().architecture.empty());
}

TEST(RunsOn, ToleratesOlderVariantsOnly) {
  const Platform node{"linux", "arm64", "v8"};

  EXPECT_TRUE(runs_on({"linux", "arm64", ""}, node));
  EXPECT_FALSE(runs_on({"linux", "arm64", "v9"}, node));
  EXPECT_TRUE(runs_on({"linux", "amd64", "v3"}, {"linux", "amd64", ""}));
  EXPECT_FALSE(runs_on({"linux", "amd64", "v8"}, node));
  EXPECT_FALSE(runs_on({"windows", "arm64", "v8"}, node));
  EXPECT_FALSE(runs_on({}, node));
}

TEST(IsCloser, PrefersTheNodesVariantThenTheNewest) {
  const Platform v7{"linux", "arm", "v7"};
  const Platform v6{"linux", "arm", "v6"};
  const Platform none{"linux", "arm", ""};

  EXPECT_TRUE(is_closer(v7, v6, v7));
  EXPECT_FALSE(is_closer(v6, v7, v7));
  EXPECT_TRUE(is_closer(v6, none, v7));
  EXPECT_FALSE(is_closer(v6, none, none));
  EXPECT_FALSE(is_closer(v7, v6, none)) << "the first is as good as another";
}

}  // namespace
}  // namespace larder::registry
