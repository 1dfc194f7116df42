#include "daemon/cli/scrub_command.h"

#include <gmock/gmock.h>

#include "daemon/cli/cache_commands.h"
#include "daemon/control/check_report_json.h"
#include "tests/unit/daemon/cli/running_daemon.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::run_larder;

class ScrubCommand : public RunningDaemon {
 protected:
  ScrubCommand() {
    report_.emplace();
    report_->finished_at = report_->started_at + std::chrono::seconds(3);
    report_->blobs_checked = 12;
  }

  void add_finding(bool repaired) {
    report_->add({cache::FindingKind::wrong_digest, "sha256:aa", "", repaired});
  }
};

TEST_F(ScrubCommand, OrdersAPassAndPrintsItsReport) {
  const Outcome outcome = larder({"scrub", "--rate", "100MiB"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "12 blobs checked, 0 B in 3s: nothing wrong\n");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(rate_, 100U << 20);
}

TEST_F(ScrubCommand, EndsWith1OnlyWhenSomethingIsNotRepaired) {
  add_finding(/*repaired=*/true);
  EXPECT_EQ(larder({"scrub"}).status, 0);

  add_finding(/*repaired=*/false);
  const Outcome outcome = larder({"scrub"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("wrong digest: sha256:aa: left as it is\n"));
}

TEST_F(ScrubCommand, WaitsUntilThePassHasEnded) {
  const auto finished = report_;
  int asked = 0;
  answer_report_ = [&] {
    auto report = finished;
    if (++asked < 4) report->finished_at.reset();
    return report;
  };

  ScrubOptions options;
  options.place.socket = socket_;
  options.poll = std::chrono::milliseconds(1);

  EXPECT_EQ(scrub(options), 0);

  EXPECT_EQ(asked, 4);
}

TEST_F(ScrubCommand, WaitsForAnOrderedPassThatRunsAlready) {
  scrub_start_ = Error{Errc::busy, "an ordered pass is running already"};

  const Outcome outcome = larder({"scrub"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("12 blobs checked"));
  EXPECT_THAT(outcome.err, HasSubstr("an ordered pass is running already; waiting for its end"));
}

TEST_F(ScrubCommand, DoesNotWaitWhenToldSo) {
  report_->finished_at.reset();

  const Outcome outcome = larder({"scrub", "--no-wait"});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "running: 12 of 12 blobs, 0 B\n");
}

TEST_F(ScrubCommand, TellsTheStatusWithoutStartingAnything) {
  scrub_start_ = Error{Errc::io, "started all the same"};

  EXPECT_THAT(larder({"scrub", "--status"}).out, HasSubstr("12 blobs checked"));
  report_.reset();
  EXPECT_THAT(larder({"scrub", "--status"}).out, HasSubstr("no pass has ended"));
}

TEST_F(ScrubCommand, PrintsTheReportForAProgram) {
  add_finding(/*repaired=*/false);

  const Outcome outcome = larder({"scrub", "--output", "json"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(nlohmann::json::parse(outcome.out), nlohmann::json::parse(control::to_json(report_)));
}

TEST_F(ScrubCommand, SaysWhereItLookedForTheDaemon) {
  const std::string absent = (directory_.path() / "absent.sock").string();

  const Outcome outcome = run_larder({"scrub", "--socket", absent});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is larder serve running? looked at " + absent));
}

TEST_F(ScrubCommand, TellsWhyTheDaemonRefuses) {
  scrub_start_ = Error{Errc::io, "disk on fire"};

  const Outcome outcome = larder({"scrub"});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "larder: disk on fire\n");
}

TEST_F(ScrubCommand, RefusesBadArguments) {
  EXPECT_EQ(larder({"scrub", "--rate", "16"}).status, 2);
  EXPECT_EQ(larder({"scrub", "--rate", "10%"}).status, 2);
  EXPECT_EQ(larder({"scrub", "--status", "--no-wait"}).status, 2);
  EXPECT_EQ(larder({"scrub", "--status", "--rate", "1MiB"}).status, 2);
  EXPECT_EQ(larder({"scrub", "now"}).status, 2);
}

}  // namespace
}  // namespace larder::cli
