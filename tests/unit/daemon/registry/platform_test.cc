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

TEST(RunsOn, ToleratesVariantsOnly) {
  const Platform node{"linux", "arm64", "v8"};

  EXPECT_TRUE(runs_on({"linux", "arm64", ""}, node));
  EXPECT_FALSE(runs_on({"linux", "amd64", "v8"}, node));
  EXPECT_FALSE(runs_on({"windows", "arm64", "v8"}, node));
  EXPECT_FALSE(runs_on({}, node));
}

}  // namespace
}  // namespace larder::registry
