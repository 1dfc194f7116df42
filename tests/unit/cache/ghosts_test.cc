#include "cache/ghosts.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using testing::digest_of_text;

TEST(Ghosts, KnowWhatWentUntilItIsTaken) {
  Ghosts ghosts(1000);
  ghosts.remember(digest_of_text("gone"), 10);

  EXPECT_FALSE(ghosts.take(digest_of_text("another")));
  EXPECT_TRUE(ghosts.take(digest_of_text("gone")));
  EXPECT_FALSE(ghosts.take(digest_of_text("gone")));
}

TEST(Ghosts, KnowNothingAtFirst) {
  EXPECT_FALSE(Ghosts(1000).take(digest_of_text("gone")));
}

TEST(Ghosts, LookBackAsManyBytesAsTheyWereTold) {
  Ghosts ghosts(1000);
  ghosts.remember(digest_of_text("old"), 10);
  ghosts.remember(digest_of_text("young"), 10);
  ghosts.remember(digest_of_text("large"), 1000);

  EXPECT_FALSE(ghosts.take(digest_of_text("old")));
  EXPECT_TRUE(ghosts.take(digest_of_text("young")));
}

TEST(Ghosts, BeginAnewWhenABlobGoesAgain) {
  Ghosts ghosts(1000);
  ghosts.remember(digest_of_text("gone"), 10);
  ghosts.remember(digest_of_text("large"), 1001);
  ghosts.remember(digest_of_text("gone"), 10);

  EXPECT_TRUE(ghosts.take(digest_of_text("gone")));
}

TEST(Ghosts, ForgetTheOldestWhenThereAreTooMany) {
  Ghosts ghosts(UINT64_MAX);
  for (int i = 0; i < 300'000; ++i) ghosts.remember(digest_of_text(std::to_string(i)), 1);

  int known = 0;
  for (int i = 0; i < 200'000; ++i) known += ghosts.take(digest_of_text(std::to_string(i)));

  EXPECT_LT(known, 10'000);
  EXPECT_TRUE(ghosts.take(digest_of_text("299999")));
}

}  // namespace
}  // namespace larder::cache
