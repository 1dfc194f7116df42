// The command line as a user meets it: arguments in, text and exit status out. `larder serve` is
// tested by the integration tests; here it only has to refuse what it cannot serve.
#include "daemon/cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/cli/config_command.h"
#include "daemon/cli/output.h"
#include "daemon/config/config.h"
#include "tests/support/run_larder.h"

namespace larder::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::run_larder;

class CliTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file_with(const std::string& text) {
    const std::string file = folder_ + "/larder.yaml";
    std::ofstream(file) << text;
    return file;
  }

  std::string folder_ = (std::filesystem::temp_directory_path() / "larder-XXXXXX").string();
};

TEST_F(CliTest, PrintsItsVersion) {
  EXPECT_EQ(run_larder({"version"}).out, "larder " LARDER_VERSION "\n");
  EXPECT_EQ(nlohmann::json::parse(run_larder({"version", "--output", "json"}).out)["version"],
            LARDER_VERSION);
}

TEST_F(CliTest, HasHelpWithExamplesForEveryCommand) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"serve", "--help"},
                                             {"scrub", "--help"},
                                             {"fsck", "--help"},
                                             {"pin", "--help"},
                                             {"unpin", "--help"},
                                             {"explain", "--help"},
                                             {"refresh", "--help"},
                                             {"policy", "--help"},
                                             {"policy", "test", "--help"},
                                             {"policy", "check", "--help"},
                                             {"config", "--help"},
                                             {"config", "check", "--help"},
                                             {"config", "show", "--help"},
                                             {"version", "--help"}}) {
    const Outcome outcome = run_larder(command);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("Usage: larder"), HasSubstr("Example: larder")));
  }
}

TEST_F(CliTest, ShowsItsHelpOnStderrWhenNoCommandIsNamed) {
  const Outcome outcome = run_larder({});

  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("Usage: larder"));
}

TEST_F(CliTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(run_larder({"frobnicate"}).err, HasSubstr("frobnicate"));
  EXPECT_EQ(run_larder({"frobnicate"}).status, 2);
  EXPECT_EQ(run_larder({"version", "--output", "xml"}).status, 2);
  EXPECT_EQ(run_larder({"config", "check"}).status, 2);
}

TEST_F(CliTest, ChecksAGoodConfig) {
  const std::string file = file_with("offline: true\n");

  const Outcome outcome = run_larder({"config", "check", file});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, file + ": ok\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(CliTest, ChecksABadConfig) {
  const std::string file = file_with("offline: 1\nlog: {level: loud}\n");

  const Outcome outcome = run_larder({"config", "check", file});

  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr(file + ":1: offline: got \"1\", expected true or false\n"));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":2: log.level"));
}

TEST_F(CliTest, ChecksABadConfigForAProgram) {
  const std::string file = file_with("offline: 1\nlog: {level: loud}\n");

  const Outcome outcome = run_larder({"config", "check", "--output", "json", file});

  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["file"], file);
  EXPECT_EQ(json["problems"].size(), 2U);
}

TEST_F(CliTest, WarnsOfWhatIsLikelyNotMeant) {
  const std::string file = file_with(
      "listeners: [{name: a, address: '10.0.0.1:80', auth: required}]\n"
      "tokens: {anonymous: true}\n");

  const Outcome text = run_larder({"config", "check", file});
  const Outcome json = run_larder({"config", "check", "--output", "json", file});

  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.err, HasSubstr(file + ": warning: listener a: "));
  EXPECT_EQ(nlohmann::json::parse(json.out)["warnings"].size(), 1U);
}

TEST_F(CliTest, ShowsTheEffectiveConfig) {
  const std::string file = file_with("offline: true\n");
  config::Config expected = config::default_config();
  expected.offline = true;

  const Outcome outcome = run_larder({"config", "show", file});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(*config::parse_config(outcome.out, "shown"), expected);
}

TEST_F(CliTest, ShowsTheEffectiveConfigForAProgram) {
  const Outcome outcome = run_larder({"config", "show", "-o", "json", file_with("offline: true")});

  EXPECT_EQ(nlohmann::json::parse(outcome.out)["offline"], true);
}

TEST_F(CliTest, TellsAnAbsentFileFromABadOne) {
  const std::string absent = folder_ + "/absent.yaml";
  const std::string bad = file_with("cache: []");

  EXPECT_EQ(run_larder({"config", "check", absent}).status, 1);
  EXPECT_EQ(run_larder({"config", "show", absent}).status, 1);
  EXPECT_EQ(run_larder({"serve", "--config", absent}).status, 1);
  EXPECT_EQ(run_larder({"config", "show", bad}).status, 2);
  EXPECT_EQ(run_larder({"serve", "--config", bad}).status, 2);
  EXPECT_THAT(run_larder({"serve", "--config", absent}).err, HasSubstr("absent.yaml"));
}

TEST_F(CliTest, FindsANamedConfigAndSaysWhere) {
  const std::string file = file_with("offline: true");

  const Result<FoundConfig> found = find_config(file);

  ASSERT_TRUE(found) << found.error().context;
  EXPECT_TRUE(found->config.offline);
  EXPECT_EQ(found->file, file);
}

TEST(ReportError, SaysWhyAndHowItEnds) {
  ::testing::internal::CaptureStderr();

  EXPECT_EQ(report_error({Errc::invalid, "bad"}), kExitInvalid);
  EXPECT_EQ(report_error({Errc::io, "broken"}), kExitFailed);

  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "larder: bad\nlarder: broken\n");
}

TEST(Printable, HasNoControlCharacters) {
  EXPECT_EQ(printable("a\tb\x7f\xc3\xa9"), "a?b?\xc3\xa9");
}

TEST(Print, EndsWithOneNewline) {
  ::testing::internal::CaptureStdout();

  EXPECT_EQ(print("a"), kExitOk);
  EXPECT_EQ(print("b\n"), kExitOk);

  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a\nb\n");
}

}  // namespace
}  // namespace larder::cli
