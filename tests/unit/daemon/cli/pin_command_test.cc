#include "daemon/cli/pin_command.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/cli/running_daemon.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using testing::Outcome;
using ::testing::SizeIs;

using PinCommand = RunningDaemon;

TEST_F(PinCommand, PinsByNameAndByDigest) {
  const Outcome by_name = larder({"pin", "app:1", "--reason", "release 4.2"});
  const Outcome by_digest = larder({"pin", digest_.str(), "--reason", "too"});

  EXPECT_EQ(by_name.status, 0);
  EXPECT_EQ(by_name.out, "pinned " + digest_.str() + ": release 4.2\n");
  EXPECT_EQ(by_digest.status, 0);
  ASSERT_THAT(pins_, SizeIs(2));
  EXPECT_EQ(pins_[0].second.reason, "release 4.2");
  EXPECT_EQ(pins_[1].second.reason, "too");
}

TEST_F(PinCommand, TellsWhatIsNotCached) {
  const Outcome outcome = larder({"pin", "other:1", "--reason", "a"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "larder: other:1 is not cached\n");
}

TEST_F(PinCommand, ListsPinsSafely) {
  pins_ = {{digest_, {"a b", WallTime{}}}, {other_, {"c\x1b[2J", WallTime{}}}};

  const Outcome outcome = larder({"pin", "--list"});

  EXPECT_EQ(outcome.out, digest_.str() + "  1970-01-01T00:00:00.000Z  a b\n" + other_.str() +
                             "  1970-01-01T00:00:00.000Z  c?[2J\n");
}

TEST_F(PinCommand, SaysThatThereAreNone) {
  EXPECT_EQ(larder({"pin", "--list"}).out, "no pins\n");
}

TEST_F(PinCommand, UnpinsOneReasonOrAll) {
  pins_ = {{digest_, {"a&b=1", {}}}, {digest_, {"c", {}}}, {digest_, {"d", {}}}};

  EXPECT_EQ(larder({"unpin", "app:1", "--reason", "a&b=1"}).out,
            "removed 1 of the pins of " + digest_.str() + "\n");
  EXPECT_EQ(larder({"unpin", digest_.str()}).out,
            "removed 2 of the pins of " + digest_.str() + "\n");
  EXPECT_EQ(larder({"unpin", digest_.str()}).status, 1);
}

TEST_F(PinCommand, PrintsAnswersForAProgram) {
  EXPECT_EQ(larder({"pin", "app:1", "--reason", "a", "-o", "json"}).out,
            R"({"digest":")" + digest_.str() + R"(","reason":"a"})" + "\n");
  EXPECT_THAT(larder({"pin", "--list", "-o", "json"}).out, HasSubstr(R"({"pins":[{)"));
  EXPECT_THAT(larder({"unpin", "app:1", "-o", "json"}).out, HasSubstr(R"("removed":1)"));
}

TEST_F(PinCommand, RefusesBadArguments) {
  EXPECT_EQ(larder({"pin"}).status, 2);
  EXPECT_EQ(larder({"pin", "app:1"}).status, 2);
  EXPECT_EQ(larder({"pin", "--reason", "a"}).status, 2);
  EXPECT_EQ(larder({"pin", "app:1", "--reason", ""}).status, 2);
  EXPECT_EQ(larder({"pin", "--list", "app:1"}).status, 2);
  EXPECT_EQ(larder({"unpin"}).status, 2);
  EXPECT_EQ(larder({"unpin", "sha256:ab"}).status, 2);
}

}  // namespace
}  // namespace larder::cli
