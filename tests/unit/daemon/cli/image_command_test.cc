#include "daemon/cli/image_command.h"

#include <gmock/gmock.h>

#include "tests/unit/daemon/cli/running_daemon.h"

namespace larder::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Outcome;
using ::testing::StartsWith;

using ImageCommand = RunningDaemon;

TEST_F(ImageCommand, ExplainsAName) {
  explanation_.conclusion.document = "Refused with 404.";

  const Outcome outcome = larder({"explain", "a b&c:1"});

  EXPECT_EQ(outcome.status, 0) << "although a pull would be refused";
  EXPECT_THAT(outcome.out, AllOf(StartsWith("a b&c:1\n"), HasSubstr("a pull    Refused")));
}

TEST_F(ImageCommand, ExplainsForAProgram) {
  EXPECT_THAT(larder({"explain", "app:1", "-o", "json"}).out, StartsWith(R"({"name":"app:1",)"));
}

TEST_F(ImageCommand, RefreshesEveryName) {
  const Outcome outcome = larder({"refresh", "app:1", "app:2"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "app:1: unchanged (0 ms)\napp:2: unchanged (0 ms)\n");
  EXPECT_THAT(refreshed_, ElementsAre("app:1", "app:2"));
}

TEST_F(ImageCommand, FailsWhenOneNameDoesAndGoesOn) {
  image_error_ = Error{Errc::timeout, "no answer"};

  const Outcome outcome = larder({"refresh", "bad:1", "good:1"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "good:1: unchanged (0 ms)\n");
  EXPECT_EQ(outcome.err, "larder: bad:1: no answer\n");
}

TEST_F(ImageCommand, RefreshesForAProgram) {
  image_error_ = Error{Errc::timeout, "no answer"};

  const Outcome outcome = larder({"refresh", "bad:1", "good:1", "-o", "json"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, AllOf(StartsWith(R"({"images":[{"name":"bad:1","error":"no answer"},)"),
                                 HasSubstr(R"({"name":"good:1","outcome":"unchanged",)")));
}

TEST_F(ImageCommand, TellsWhatIsNoName) {
  image_error_ = Error{Errc::invalid, "no image name"};

  EXPECT_EQ(larder({"explain", "?"}).status, 2);
  EXPECT_EQ(larder({"refresh", "?"}).status, 2);
}

TEST_F(ImageCommand, LetsNoNameSteerTheTerminal) {
  const std::string name = "a\x1b]0;b\x07";
  image_error_ = Error{Errc::invalid, "no image name: " + name};

  const Outcome explained = larder({"explain", name});
  const Outcome refreshed = larder({"refresh", name});

  EXPECT_EQ(explained.err, "larder: no image name: a?]0;b?\n");
  EXPECT_EQ(refreshed.err, "larder: a?]0;b?: no image name: a?]0;b?\n");
}

TEST_F(ImageCommand, RefusesBadArguments) {
  EXPECT_EQ(larder({"explain"}).status, 2);
  EXPECT_EQ(larder({"explain", "a:1", "b:1"}).status, 2);
  EXPECT_EQ(larder({"refresh"}).status, 2);
}

}  // namespace
}  // namespace larder::cli
