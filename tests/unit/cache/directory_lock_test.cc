#include "cache/directory_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/support/temp_directory.h"

namespace larder::cache {
namespace {

namespace fs = std::filesystem;
using larder::testing::TempDirectory;
using ::testing::HasSubstr;

TEST(DirectoryLock, MakesTheDirectoryForItsOwnerAlone) {
  const TempDirectory parent;

  ASSERT_TRUE(DirectoryLock::take(parent.path() / "a" / "cache").ok());

  EXPECT_EQ(fs::status(parent.path() / "a" / "cache").permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(parent.path() / "a" / "cache" / "lock").permissions(), fs::perms(0600));
}

TEST(DirectoryLock, IsBusyWhileAnotherHoldsIt) {
  const TempDirectory cache;
  const DirectoryLock first = DirectoryLock::take(cache.path()).value();

  const Result<DirectoryLock> second = DirectoryLock::take(cache.path());

  EXPECT_EQ(second.error().code, Errc::busy);
  EXPECT_THAT(second.error().context, HasSubstr(cache.path().string() + " is in use"));
}

TEST(DirectoryLock, IsFreeAgainWhenItsHolderIsGone) {
  const TempDirectory cache;
  { const DirectoryLock first = DirectoryLock::take(cache.path()).value(); }

  EXPECT_TRUE(DirectoryLock::take(cache.path()).ok());
}

TEST(DirectoryLock, StaysHeldWhenItIsHandedOn) {
  const TempDirectory cache;
  DirectoryLock first = DirectoryLock::take(cache.path()).value();
  const DirectoryLock second = std::move(first);

  EXPECT_EQ(DirectoryLock::take(cache.path()).error().code, Errc::busy);
}

TEST(DirectoryLock, FollowsNoLink) {
  const TempDirectory cache;
  fs::create_symlink(cache.path() / "elsewhere", cache.path() / "lock");

  EXPECT_FALSE(DirectoryLock::take(cache.path()).ok());
  EXPECT_FALSE(fs::exists(cache.path() / "elsewhere"));
}

TEST(DirectoryLock, SaysWhyTheDirectoryCannotBeMade) {
  const TempDirectory parent;
  std::ofstream(parent.path() / "file") << "x";

  EXPECT_THAT(DirectoryLock::take(parent.path() / "file").error().context, HasSubstr("mkdir"));
}

TEST(DirectoryLock, IsTakenForLookingWithoutMakingAFile) {
  const TempDirectory cache;

  EXPECT_TRUE(DirectoryLock::take_if_there(cache.path()).ok());

  EXPECT_TRUE(fs::is_empty(cache.path()));
}

TEST(DirectoryLock, IsHeldByWhoLooksToo) {
  const TempDirectory cache;
  (void)DirectoryLock::take(cache.path());
  const DirectoryLock looking = DirectoryLock::take_if_there(cache.path()).value();

  EXPECT_EQ(DirectoryLock::take(cache.path()).error().code, Errc::busy);
  EXPECT_EQ(DirectoryLock::take_if_there(cache.path()).error().code, Errc::busy);
}

}  // namespace
}  // namespace larder::cache
