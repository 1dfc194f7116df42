#include "daemon/auth/sources/program_setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(CleanEnvironment, IsWhatWasConfiguredWithPathAndHome) {
  EXPECT_THAT(clean_environment({}), ElementsAre(StartsWith("PATH=/"), StartsWith("HOME=/")));
  EXPECT_THAT(clean_environment({"A=b", "PATH=/x"}),
              ElementsAre("A=b", "PATH=/x", StartsWith("HOME=")));
  EXPECT_THAT(clean_environment({"HOME=/y", "PATHS=z"}),
              ElementsAre("HOME=/y", "PATHS=z", StartsWith("PATH=/")));
}

TEST(ProgramDeadline, IsTheQuestionsButHasALimit) {
  const auto now = std::chrono::steady_clock::now();
  CredentialQuestion question{"reg.example", "a"};
  EXPECT_GT(program_deadline(question), now);

  question.deadline = now + std::chrono::seconds(1);
  EXPECT_EQ(program_deadline(question), now + std::chrono::seconds(1));

  question.deadline = now + std::chrono::hours(1);
  EXPECT_LT(program_deadline(question), now + std::chrono::minutes(1));
}

}  // namespace
}  // namespace larder::auth
