#include "daemon/auth/tokens/key_times.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace larder::tokens {
namespace {

using std::chrono::hours;
using Days = std::chrono::duration<int, std::ratio<86400>>;

const WallTime kStart{std::chrono::seconds(1'700'000'000)};
constexpr RotationRules kRules{Days(30), Days(1), hours(24)};

std::vector<KeyTimes> keys_from(const std::vector<Duration>& starts) {
  std::vector<KeyTimes> keys;
  for (const auto start : starts) keys.push_back({kStart + start});
  return keys;
}

TEST(KeyTimes, TheLatestKeyWhoseTimeHasComeSigns) {
  const auto keys = keys_from({Days(30), Days(0), Days(60)});

  EXPECT_EQ(signing_key_index(keys, kStart), 1U);
  EXPECT_EQ(signing_key_index(keys, kStart + Days(30) - hours(1)), 1U);
  EXPECT_EQ(signing_key_index(keys, kStart + Days(30)), 0U);
  EXPECT_EQ(signing_key_index(keys, kStart + Days(99)), 2U);
}

TEST(KeyTimes, TheEarliestSignsWhenNoTimeHasCome) {
  EXPECT_EQ(signing_key_index(keys_from({Days(3), Days(1), Days(2)}), kStart), 1U);
}

TEST(KeyTimes, TheFirstSignsAmongKeysThatOthersKeep) {
  const std::vector<KeyTimes> keys = {{}, {kStart}};

  EXPECT_EQ(signing_key_index(keys, kStart + Days(1)), 0U);
  EXPECT_TRUE(rotation_plan(keys, kRules, kStart + Days(99)).is_empty());
}

TEST(Rotation, BeginsWithAKeyThatSignsAtOnce) {
  EXPECT_EQ(rotation_plan({}, kRules, kStart), (RotationPlan{kStart, {}}));
}

TEST(Rotation, PublishesTheNextKeyBeforeItSigns) {
  const auto keys = keys_from({Days(0)});

  EXPECT_TRUE(rotation_plan(keys, kRules, kStart + Days(29) - hours(1)).is_empty());
  EXPECT_EQ(rotation_plan(keys, kRules, kStart + Days(29)), (RotationPlan{kStart + Days(30), {}}));
}

TEST(Rotation, MakesNoSecondNextKey) {
  const auto keys = keys_from({Days(0), Days(30)});

  EXPECT_TRUE(rotation_plan(keys, kRules, kStart + Days(30) + hours(1)).is_empty());
}

TEST(Rotation, GivesAKeyItsLeadAfterALongStop) {
  const auto now = kStart + Days(200);

  EXPECT_EQ(rotation_plan(keys_from({Days(0)}), kRules, now), (RotationPlan{now + Days(1), {}}));
}

TEST(Rotation, DropsAKeyOnceItsLastTokenHasEnded) {
  const auto keys = keys_from({Days(0), Days(30)});

  EXPECT_TRUE(rotation_plan(keys, kRules, kStart + Days(31)).is_empty());
  EXPECT_EQ(rotation_plan(keys, kRules, kStart + Days(31) + hours(1)),
            (RotationPlan{std::nullopt, {0}}));
}

TEST(Rotation, NeverDropsTheLastKey) {
  const auto plan = rotation_plan(keys_from({Days(0)}), kRules, kStart + Days(9999));

  EXPECT_TRUE(plan.ended.empty());
}

}  // namespace
}  // namespace larder::tokens
