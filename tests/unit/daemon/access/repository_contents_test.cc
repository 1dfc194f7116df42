// Which digests belong to a repository, by what upstream was seen to have there.
#include "daemon/access/repository_contents.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;

constexpr const char* kApp = "reg.test/app";

cache::Digest digest_number(std::size_t number) {
  return testing::sha256_of(std::to_string(number));
}

class RepositoryContentsTest : public ::testing::Test {
 protected:
  void fill(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      clock_.advance(1ms);
      contents_.note(kApp, digest_number(i));
    }
  }

  const cache::Digest layer_ = testing::sha256_of("layer");
  testing::FakeClock clock_;
  RepositoryContents contents_{clock_};
};

TEST_F(RepositoryContentsTest, HoldWhatUpstreamHasThereAndNothingElse) {
  EXPECT_FALSE(contents_.holds(kApp, layer_));

  contents_.note(kApp, layer_);

  EXPECT_TRUE(contents_.holds(kApp, layer_));
  EXPECT_FALSE(contents_.holds(kApp, testing::sha256_of("another")));
  EXPECT_FALSE(contents_.holds("reg.test/other", layer_));
}

TEST_F(RepositoryContentsTest, ForgetWhatWasAskedForLongestAgoWhenThereAreTooMany) {
  fill(RepositoryContents::kDigestsMax);
  clock_.advance(1ms);
  ASSERT_TRUE(contents_.holds(kApp, digest_number(0))) << "asked for again";

  contents_.note("reg.test/other", layer_);

  EXPECT_TRUE(contents_.holds("reg.test/other", layer_));
  EXPECT_TRUE(contents_.holds(kApp, digest_number(0)));
  EXPECT_FALSE(contents_.holds(kApp, digest_number(1)));
  EXPECT_TRUE(contents_.holds(kApp, digest_number(RepositoryContents::kDigestsMax - 1)));
}

TEST_F(RepositoryContentsTest, OutliveARestartAsText) {
  contents_.note(kApp, layer_);
  contents_.note(kApp, digest_number(1));
  contents_.note("reg.test/other", digest_number(2));
  RepositoryContents restarted(clock_);

  restarted.load(contents_.text());

  EXPECT_TRUE(restarted.holds(kApp, layer_));
  EXPECT_TRUE(restarted.holds(kApp, digest_number(1)));
  EXPECT_TRUE(restarted.holds("reg.test/other", digest_number(2)));
  EXPECT_FALSE(restarted.holds("reg.test/other", layer_));
  EXPECT_EQ(restarted.text(), contents_.text());
}

TEST_F(RepositoryContentsTest, SkipWhatCannotBeRead) {
  const std::string good = digest_number(1).str();

  contents_.load("\n \n" + good + "\nreg.test/app sha256:x  " + good + "\nreg.test/b " + good);

  EXPECT_EQ(contents_.text(), "reg.test/app " + good + "\nreg.test/b " + good + "\n");
}

TEST_F(RepositoryContentsTest, LoadNoMoreThanThereIsRoomFor) {
  std::string text = kApp;
  for (std::size_t i = 0; i <= RepositoryContents::kDigestsMax; ++i) {
    text += " " + digest_number(i).str();
  }

  contents_.load(text);

  EXPECT_TRUE(contents_.holds(kApp, digest_number(RepositoryContents::kDigestsMax - 1)));
  EXPECT_FALSE(contents_.holds(kApp, digest_number(RepositoryContents::kDigestsMax)));
}

TEST_F(RepositoryContentsTest, SayOnceThatTheyHaveChanged) {
  contents_.note(kApp, layer_);
  EXPECT_TRUE(contents_.take_changed());
  EXPECT_FALSE(contents_.take_changed());

  contents_.note(kApp, layer_);
  EXPECT_FALSE(contents_.take_changed()) << "it is known";

  contents_.give_back_changed();
  EXPECT_TRUE(contents_.take_changed());
}

}  // namespace
}  // namespace larder::access
