#include "daemon/auth/sources/program_setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

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
  testing::FakeClock clock;
  clock.advance(std::chrono::hours(1));
  const MonoTime limit = clock.now() + std::chrono::seconds(30);
  CredentialQuestion question{"reg.example", "a"};
  EXPECT_EQ(program_deadline(question, clock), limit);

  question.deadline = clock.now() + std::chrono::seconds(1);
  EXPECT_EQ(program_deadline(question, clock), *question.deadline);

  question.deadline = clock.now() + std::chrono::hours(1);
  EXPECT_EQ(program_deadline(question, clock), limit);
}

}  // namespace
}  // namespace larder::auth
