// What `larder fsck` cannot check; what it finds is in tests/integration/care_test.cc.
#include "daemon/cli/fsck_command.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/run_larder.h"
#include "tests/support/temp_directory.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::run_larder;

class FsckCommand : public ::testing::Test {
 protected:
  const testing::TempDirectory directory_;
  const std::string path_ = directory_.path().string();
};

TEST_F(FsckCommand, EndsWith2WhereThereIsNoCache) {
  const Outcome empty = run_larder({"fsck", "--path", path_});
  const Outcome absent = run_larder({"fsck", "--path", path_ + "/absent"});

  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.out, IsEmpty());
  EXPECT_THAT(empty.err, HasSubstr(path_));
  EXPECT_EQ(absent.status, 2);
  EXPECT_THAT(absent.err, HasSubstr("/absent"));
}

TEST_F(FsckCommand, FindsTheCacheInTheConfig) {
  const std::string config = path_ + "/larder.yaml";
  std::ofstream(config) << "cache: {path: " << path_ << "/elsewhere}";

  EXPECT_THAT(run_larder({"fsck", "--config", config}).err, HasSubstr("/elsewhere"));
}

TEST_F(FsckCommand, EndsWith2ForBadArguments) {
  EXPECT_EQ(run_larder({"fsck", "--config", path_ + "/absent.yaml"}).status, 2);
  EXPECT_EQ(run_larder({"fsck", "--path", "a", "--config", "b"}).status, 2);
  EXPECT_EQ(run_larder({"fsck", path_}).status, 2);
}

}  // namespace
}  // namespace larder::cli
