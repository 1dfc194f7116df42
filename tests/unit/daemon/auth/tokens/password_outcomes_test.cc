#include "daemon/auth/tokens/password_outcomes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace larder::tokens {
namespace {

using std::chrono::seconds;

class PasswordOutcomesTest : public ::testing::Test {
 protected:
  PasswordOutcomes outcomes_{{seconds(60), seconds(10), 3, 5, seconds(30)}};
  const MonoTime start_{seconds(1000)};
  const auth::Sum one_ = auth::sha256("one");
  const auth::Sum other_ = auth::sha256("other");
  const auth::Sum address_ = auth::sha256("address");
};

TEST_F(PasswordOutcomesTest, AreRememberedForTheirTime) {
  outcomes_.remember(one_, /*right=*/true, start_);
  outcomes_.remember(other_, /*right=*/false, start_);

  EXPECT_EQ(outcomes_.find(one_, start_ + seconds(59)), true);
  EXPECT_EQ(outcomes_.find(one_, start_ + seconds(60)), std::nullopt);
  EXPECT_EQ(outcomes_.find(other_, start_ + seconds(9)), false);
  EXPECT_EQ(outcomes_.find(other_, start_ + seconds(10)), std::nullopt);
  EXPECT_EQ(outcomes_.find(auth::sha256("third"), start_), std::nullopt);
}

TEST_F(PasswordOutcomesTest, AreReplacedByLaterOnes) {
  outcomes_.remember(one_, /*right=*/true, start_);
  outcomes_.remember(one_, /*right=*/false, start_);

  EXPECT_EQ(outcomes_.find(one_, start_), false);
}

TEST_F(PasswordOutcomesTest, StopAGuesserUntilTheWindowHasPassed) {
  const Guesser who{one_, address_};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(outcomes_.may_try(who, start_));
    outcomes_.note_wrong(who, start_ + seconds(i));
  }

  EXPECT_FALSE(outcomes_.may_try(who, start_ + seconds(29)));
  EXPECT_TRUE(outcomes_.may_try({other_, address_}, start_));
  EXPECT_TRUE(outcomes_.may_try(who, start_ + seconds(30)));
  outcomes_.note_wrong(who, start_ + seconds(30));
  EXPECT_TRUE(outcomes_.may_try(who, start_ + seconds(31)));
}

TEST_F(PasswordOutcomesTest, StopAnAddressThatTriesManyUsers) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(outcomes_.may_try({auth::sha256(std::to_string(i)), address_}, start_));
    outcomes_.note_wrong({auth::sha256(std::to_string(i)), address_}, start_);
  }

  EXPECT_FALSE(outcomes_.may_try({one_, address_}, start_));
  EXPECT_TRUE(outcomes_.may_try({one_, other_}, start_));
}

TEST_F(PasswordOutcomesTest, AreBounded) {
  const Guesser who{one_, address_};
  outcomes_.remember(one_, /*right=*/true, start_);
  for (int i = 0; i < 3; ++i) outcomes_.note_wrong(who, start_);
  for (std::size_t i = 0; i < PasswordOutcomes::kPasswordsMax; ++i) {
    const auth::Sum sum = auth::sha256(std::to_string(i));
    outcomes_.remember(sum, /*right=*/true, start_);
    outcomes_.note_wrong({sum, sum}, start_);
  }

  EXPECT_EQ(outcomes_.find(one_, start_), std::nullopt);
  EXPECT_TRUE(outcomes_.may_try(who, start_));
  EXPECT_EQ(outcomes_.find(auth::sha256("0"), start_), true);
}

}  // namespace
}  // namespace larder::tokens
