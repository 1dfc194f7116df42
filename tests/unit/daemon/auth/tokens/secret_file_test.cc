#include "daemon/auth/tokens/secret_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cache/base/small_file.h"
#include "daemon/auth/watched_file.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

namespace fs = std::filesystem;

TEST(SecretFile, IsReplacedWholeAndReadableByItsOwnerOnly) {
  const testing::TempDirectory directory;
  const fs::path path = directory.path() / "secret";

  ASSERT_TRUE(write_secret_file(path, "one").ok());
  ASSERT_TRUE(write_secret_file(path, "two").ok());

  EXPECT_EQ(*read_small_file(path, 100), "two");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
}

TEST(SecretFile, LeavesNothingBehindWhenItCannotBeReplaced) {
  const testing::TempDirectory directory;
  const fs::path path = directory.path() / "taken";
  fs::create_directories(path / "full");

  EXPECT_FALSE(write_secret_file(path, "one").ok());
  EXPECT_EQ(write_secret_file(directory.path() / "no" / "where", "one").error().code,
            Errc::not_found);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
}

TEST(LockFile, IsHeldByOneAtATime) {
  const testing::TempDirectory directory;
  const fs::path path = directory.path() / "lock";

  auto first = lock_file(path, /*wait=*/false);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(lock_file(path, /*wait=*/false).error().code, Errc::busy);
  first->reset();

  EXPECT_TRUE(lock_file(path, /*wait=*/false).ok());
}

}  // namespace
}  // namespace larder::tokens
