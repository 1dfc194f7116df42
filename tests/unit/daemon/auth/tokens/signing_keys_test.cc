// Keys in a file, on one node and on several that share it.
#include "daemon/auth/tokens/signing_keys.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/base/small_file.h"
#include "daemon/auth/tokens/key_document.h"
#include "daemon/auth/watched_file.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::tokens {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

class SigningKeysTest : public ::testing::Test {
 protected:
  SigningKeysOptions options(bool read_only = false) const {
    return {path_, read_only, {hours(30 * 24), hours(24), hours(24)}};
  }
  std::unique_ptr<SigningKeys> open(bool read_only = false) {
    auto keys = SigningKeys::open(options(read_only), clock_);
    EXPECT_TRUE(keys.ok()) << describe(keys.error());
    return keys ? std::move(*keys) : nullptr;
  }
  std::string signing_kid(const SigningKeys& keys) const {
    return keys.ring()->signing_key(clock_.wall()).kid();
  }

  testing::TempDirectory directory_;
  const fs::path path_ = directory_.path() / "keys.json";
  testing::FakeClock clock_;
};

TEST_F(SigningKeysTest, AreMadeOnTheFirstStartAndFoundOnTheNext) {
  const auto first = open();
  const auto second = open();

  ASSERT_EQ(first->ring()->keys().size(), 1U);
  EXPECT_EQ(signing_kid(*first), signing_kid(*second));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SigningKeysTest, AreTheSameWhenManyNodesStartAtOnce) {
  std::vector<std::string> kids(8);
  std::vector<std::thread> nodes;
  for (auto& kid : kids) nodes.emplace_back([&] { kid = signing_kid(*open()); });
  for (auto& node : nodes) node.join();

  EXPECT_EQ(kids, std::vector<std::string>(8, kids.front()));
}

TEST_F(SigningKeysTest, ArePublishedBeforeTheySign) {
  const auto keys = open();
  const std::string first = signing_kid(*keys);

  clock_.advance(hours(29 * 24) + hours(1));
  ASSERT_TRUE(keys->maintain().ok());

  ASSERT_EQ(keys->ring()->keys().size(), 2U);
  const std::string next = keys->ring()->keys().back().key.kid();
  EXPECT_EQ(signing_kid(*keys), first);
  EXPECT_NE(keys->ring()->jwks().find(next), std::string::npos);
  clock_.advance(hours(24) + std::chrono::seconds(1));
  EXPECT_EQ(signing_kid(*keys), next);
}

TEST_F(SigningKeysTest, VerifyUntilTheirLastTokenHasEnded) {
  const auto keys = open();
  const std::string first = signing_kid(*keys);
  clock_.advance(hours(29 * 24) + hours(1));
  ASSERT_TRUE(keys->maintain().ok());

  clock_.advance(hours(24));
  ASSERT_TRUE(keys->maintain().ok());
  EXPECT_NE(keys->find(first), nullptr);

  clock_.advance(hours(25));
  ASSERT_TRUE(keys->maintain().ok());
  EXPECT_EQ(keys->find(first), nullptr);
  EXPECT_EQ(keys->ring()->keys().size(), 1U);
}

TEST_F(SigningKeysTest, OfOneNodeAreSeenByTheOthersWithoutARestart) {
  const auto writer = open();
  const auto reader = open(/*read_only=*/true);
  clock_.advance(hours(29 * 24) + hours(1));
  ASSERT_TRUE(writer->maintain().ok());
  const std::string next = writer->ring()->keys().back().key.kid();
  ASSERT_EQ(reader->ring()->find(next), nullptr);

  EXPECT_NE(reader->find(next), nullptr);
  ASSERT_TRUE(reader->maintain().ok());
  EXPECT_EQ(reader->ring()->jwks(), writer->ring()->jwks());
}

TEST_F(SigningKeysTest, AreRotatedOnceByNodesThatShareThem) {
  const auto one = open();
  const auto other = open();
  clock_.advance(hours(29 * 24) + hours(1));

  ASSERT_TRUE(one->maintain().ok());
  ASSERT_TRUE(other->maintain().ok());
  ASSERT_TRUE(one->maintain().ok());

  EXPECT_EQ(one->ring()->keys().size(), 2U);
  EXPECT_EQ(one->ring()->jwks(), other->ring()->jwks());
}

TEST_F(SigningKeysTest, AreLookedForOnceASecondWhenUnknown) {
  const auto keys = open();
  ASSERT_EQ(keys->find("unknown"), nullptr);
  const RingKey made{*SigningKey::generate(), {clock_.wall()}};
  std::ofstream(path_) << key_document({made});

  EXPECT_EQ(keys->find(made.key.kid()), nullptr);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NE(keys->find(made.key.kid()), nullptr);
}

TEST_F(SigningKeysTest, OfAReadOnlyFileAreNeverMadeNorRotated) {
  EXPECT_EQ(SigningKeys::open(options(/*read_only=*/true), clock_).error().code, Errc::not_found);
  open();
  const std::string before = *read_small_file(path_, 100'000);
  const auto keys = open(/*read_only=*/true);

  clock_.advance(hours(400 * 24));
  ASSERT_TRUE(keys->maintain().ok());

  EXPECT_EQ(*read_small_file(path_, 100'000), before);
}

TEST_F(SigningKeysTest, StayWhenTheFileIsDamagedOrGone) {
  const auto keys = open();
  const std::string kid = signing_kid(*keys);

  std::ofstream(path_) << "{ damaged";
  EXPECT_EQ(keys->maintain().error().code, Errc::invalid);
  fs::remove(path_);
  EXPECT_EQ(keys->maintain().error().code, Errc::not_found);

  EXPECT_EQ(signing_kid(*keys), kid);
}

TEST_F(SigningKeysTest, AreNotMadeOverADamagedFile) {
  std::ofstream(path_) << "{ damaged";

  const auto keys = SigningKeys::open(options(), clock_);

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Errc::invalid);
  EXPECT_NE(keys.error().context.find(path_.string()), std::string::npos);
  EXPECT_EQ(*read_small_file(path_, 100), "{ damaged");
}

TEST_F(SigningKeysTest, AreTheOperatorsOwnInAFileWithoutTimes) {
  const RingKey first{*SigningKey::generate(), {}};
  const RingKey second{*SigningKey::generate(), {}};
  std::ofstream(path_) << key_document({first, second});
  const auto keys = open();

  clock_.advance(hours(400 * 24));
  ASSERT_TRUE(keys->maintain().ok());

  EXPECT_EQ(signing_kid(*keys), first.key.kid());
  EXPECT_EQ(keys->ring()->keys().size(), 2U);
}

}  // namespace
}  // namespace larder::tokens
