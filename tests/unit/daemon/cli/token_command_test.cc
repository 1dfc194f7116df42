// `larder token`.
#include "daemon/cli/token_command.h"

#include <gmock/gmock.h>

#include "daemon/cli/place_option.h"
#include "daemon/cli/token_arguments.h"
#include "tests/unit/daemon/cli/running_daemon.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using testing::Outcome;
using ::testing::StartsWith;

using TokenCommand = RunningDaemon;

TEST_F(TokenCommand, PrintsTheTokenAndNothingElse) {
  const Outcome outcome = larder({"token", "app", "other/app"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "SIGNED\n");
  ASSERT_EQ(token_order_.access.size(), 2U);
  EXPECT_EQ(token_order_.access[1].name, "reg.test/other/app");
}

TEST_F(TokenCommand, HandsOverEveryOption) {
  const Outcome outcome = larder({"token", "--scope", "repository:app:pull", "--life", "90m",
                                  "--subject", "backup", "--listener", "node", "-o", "json"});

  EXPECT_THAT(outcome.out, StartsWith(R"({"token":"SIGNED","id":"id7",)"));
  EXPECT_EQ(token_order_.life, std::chrono::minutes(90));
  EXPECT_EQ(token_order_.subject, "backup");
  EXPECT_EQ(token_order_.listener, "node");
}

TEST_F(TokenCommand, RefusesALifeThatIsNone) {
  for (const char* const life : {"forever", "0s", "1ms", "-1m"}) {
    EXPECT_EQ(larder({"token", "app", "--life=" + std::string(life)}).status, 2) << life;
  }
}

TEST_F(TokenCommand, TellsWhyThereIsNone) {
  token_error_ = Error{Errc::denied, "listener node does not allow the user local it"};

  const Outcome outcome = larder({"token", "app"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("does not allow the user local"));
}

}  // namespace
}  // namespace larder::cli
