#include "daemon/auth/aws/credential_process.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

using Words = std::vector<std::string>;

TEST(SplitCommand, FollowsAShell) {
  const std::vector<std::pair<std::string, Words>> table{
      {"/bin/a", {"/bin/a"}},
      {"  /bin/a\t b  ", {"/bin/a", "b"}},
      {"/bin/a 'b c' \"d e\"", {"/bin/a", "b c", "d e"}},
      {"/bin/a b\\ c \\\"", {"/bin/a", "b c", "\""}},
      {R"(/bin/a "\"\\\n" '\')", {"/bin/a", R"("\\n)", "\\"}},
      {"/bin/a '' b\"\"c", {"/bin/a", "", "bc"}},
      {"/bin/a $HOME `b` *", {"/bin/a", "$HOME", "`b`", "*"}}};
  for (const auto& [command, words] : table) EXPECT_EQ(*split_command(command), words) << command;
}

TEST(SplitCommand, RefusesWhatAShellWould) {
  for (const char* command : {"", "  ", "/bin/a 'b", "/bin/a \"b", "/bin/a \\"}) {
    EXPECT_EQ(split_command(command).error().code, Errc::invalid) << command;
  }
}

class CredentialProcessTest : public ::testing::Test {
 protected:
  Result<Keys> keys(const std::string& command = "/bin/helper --profile 'a b'") {
    const RunProgram run = [this](const auth::ProgramRun& asked) {
      runs_.push_back(asked);
      return result_;
    };
    return keys_of_process(command, testing::environment_of(variables_), run,
                           testing::patient(clock_));
  }

  testing::FakeClock clock_;
  std::map<std::string, std::string> variables_{
      {"PATH", "/bin"}, {"HOME", "/root"}, {"AWS_REGION", "eu-west-1"}, {"OTHER_SECRET", "s3cret"}};
  Result<auth::ProgramOutput> result_ =
      auth::ProgramOutput{0, R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s3cret"})", ""};
  std::vector<auth::ProgramRun> runs_;
};

TEST_F(CredentialProcessTest, GivesWhatTheProgramPrints) {
  EXPECT_EQ(*keys(), (Keys{"A", "s3cret", "", std::nullopt}));
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_EQ(runs_[0].path, "/bin/helper");
  EXPECT_EQ(runs_[0].arguments, (Words{"--profile", "a b"}));
  EXPECT_EQ(runs_[0].input, "");
  EXPECT_EQ(runs_[0].deadline, testing::patient(clock_).deadline);
}

TEST_F(CredentialProcessTest, PassesOnWhatAwsProgramsLookFor) {
  ASSERT_TRUE(keys().ok());

  EXPECT_EQ(runs_[0].environment, (Words{"PATH=/bin", "HOME=/root", "AWS_REGION=eu-west-1"}));
}

TEST_F(CredentialProcessTest, FailsAsTheProgramDoes) {
  result_ = auth::ProgramOutput{2, "s3cret", "no session, log in first"};

  EXPECT_EQ(describe(keys().error()),
            "denied: credential_process /bin/helper: exit status 2: no session, log in "
            "first");
}

TEST_F(CredentialProcessTest, SaysWhatCannotBeRun) {
  EXPECT_EQ(describe(keys("helper --x").error()),
            "invalid: credential_process helper: it has to be an absolute path");
  EXPECT_EQ(keys("'").error().code, Errc::invalid);
  EXPECT_TRUE(runs_.empty());
  result_ = Error{Errc::timeout, "deadline passed"};
  EXPECT_EQ(describe(keys().error()), "timeout: credential_process /bin/helper: deadline passed");
}

TEST_F(CredentialProcessTest, TakesNoOtherOutput) {
  result_ = auth::ProgramOutput{0, "s3cret", ""};

  EXPECT_EQ(describe(keys().error()),
            "invalid: credential_process /bin/helper: its output is no JSON object");
}

}  // namespace
}  // namespace larder::aws
