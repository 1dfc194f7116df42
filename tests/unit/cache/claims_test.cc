#include "cache/claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;

TEST(Claims, LetsOneRemoveABlobThatNobodyHolds) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  auto removal = claims.try_remove(digest);

  EXPECT_NE(removal, std::nullopt);
  EXPECT_EQ(claims.try_remove(digest), std::nullopt);
  removal.reset();
  EXPECT_NE(claims.try_remove(digest), std::nullopt);
}

TEST(Claims, KeepsABlobUntilItsLastHolderHasGone) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  auto first = std::optional(claims.hold(digest));
  Claims::Hold second = std::move(*first);
  auto third = std::optional(claims.hold(digest));
  first.reset();

  EXPECT_EQ(claims.try_remove(digest), std::nullopt);
  third.reset();
  EXPECT_EQ(claims.try_remove(digest), std::nullopt);
  second = Claims::Hold();
  EXPECT_NE(claims.try_remove(digest), std::nullopt);
}

TEST(Claims, CondemnsABlobUnderItsReaders) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  const Claims::Hold reader = claims.hold(digest);

  EXPECT_EQ(claims.try_remove(digest), std::nullopt);
  EXPECT_NE(claims.try_condemn(digest), std::nullopt);
  EXPECT_TRUE(claims.is_held(digest));
}

TEST(Claims, CondemnsNothingThatIsBeingRemoved) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  const auto removal = claims.try_remove(digest);

  EXPECT_EQ(claims.try_condemn(digest), std::nullopt);
  EXPECT_FALSE(claims.is_held(digest));
}

TEST(Claims, LetsNewReadersWaitUntilTheCondemnedIsGone) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  std::atomic<bool> is_gone = false;
  auto condemned = claims.try_condemn(digest);

  std::jthread reader([&] {
    const Claims::Hold hold = claims.hold(digest);
    EXPECT_TRUE(is_gone);
  });
  is_gone = true;
  condemned.reset();
}

TEST(Claims, IsFreeAgainAfterReadersAndRemoval) {
  Claims claims;
  const Digest digest = digest_of_text("a");
  {
    const Claims::Hold reader = claims.hold(digest);
    const auto condemned = claims.try_condemn(digest);
  }

  EXPECT_FALSE(claims.is_held(digest));
  EXPECT_NE(claims.try_remove(digest), std::nullopt);
}

}  // namespace
}  // namespace larder::cache
