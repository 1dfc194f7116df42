#include "daemon/auth/tokens/issuer_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/jwt_forge.h"

namespace larder::tokens {
namespace {

using std::chrono::seconds;

// Gives what a test says; may be made to wait.
class FakeJwks final : public JwksSource {
 public:
  explicit FakeJwks(Result<std::string> document) : document_(std::move(document)) {}
  Result<std::string> fetch(MonoTime) override {
    ++fetches;
    if (gate.valid()) gate.wait();
    return document_;
  }
  void set(Result<std::string> document) { document_ = std::move(document); }

  std::atomic<int> fetches = 0;
  std::shared_future<void> gate{};

 private:
  Result<std::string> document_;
};

class IssuerKeysTest : public ::testing::Test {
 protected:
  const testing::JwtForge first_{"ES256", "first"};
  const testing::JwtForge second_{"ES256", "second"};
  testing::FakeClock clock_;
  FakeJwks source_{first_.jwks()};
  IssuerKeys keys_{{seconds(3600), seconds(10)}, source_, clock_};
};

TEST_F(IssuerKeysTest, AreFetchedOnceWhenFirstNeeded) {
  EXPECT_EQ(source_.fetches, 0);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(keys_.find("first").ok());

  EXPECT_EQ(source_.fetches, 1);
  EXPECT_TRUE(keys_.last_fetch().ok());
}

TEST_F(IssuerKeysTest, AreFetchedForAnUnknownKeyAtMostEveryInterval) {
  ASSERT_TRUE(keys_.find("first").ok());
  source_.set(second_.jwks());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(keys_.find("second").error().code, Errc::denied);
  EXPECT_EQ(source_.fetches, 1);

  clock_.advance(seconds(10));

  EXPECT_TRUE(keys_.find("second").ok());
  EXPECT_EQ(keys_.find("first").error().code, Errc::denied);
  EXPECT_EQ(source_.fetches, 2);
}

TEST_F(IssuerKeysTest, AreFetchedAgainAfterAWhile) {
  ASSERT_TRUE(keys_.find("first").ok());
  clock_.advance(seconds(3600));

  ASSERT_TRUE(keys_.find("first").ok());

  EXPECT_EQ(source_.fetches, 2);
}

TEST_F(IssuerKeysTest, StayWhileTheIssuerIsDown) {
  ASSERT_TRUE(keys_.find("first").ok());
  source_.set(Error{Errc::upstream_down, "issuer.example: refused"});
  for (int hour = 0; hour < 48; ++hour) {
    clock_.advance(seconds(3600));
    ASSERT_TRUE(keys_.find("first").ok());
  }
  EXPECT_EQ(keys_.last_fetch().error().code, Errc::upstream_down);

  source_.set(std::string("damaged"));
  clock_.advance(seconds(3600));
  EXPECT_TRUE(keys_.find("first").ok());
}

TEST_F(IssuerKeysTest, ThatHaveNeverBeenHadAreUnavailableNotDenied) {
  source_.set(Error{Errc::timeout, "issuer.example: connect deadline passed"});

  const auto found = keys_.find("first");

  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Errc::timeout);
  EXPECT_EQ(keys_.find("first").error().code, Errc::timeout);
  EXPECT_EQ(source_.fetches, 1);
  source_.set(first_.jwks());
  clock_.advance(seconds(10));
  EXPECT_TRUE(keys_.find("first").ok());
}

TEST_F(IssuerKeysTest, AreFetchedByOneForAll) {
  std::promise<void> open;
  source_.gate = open.get_future().share();
  std::atomic<int> found = 0;
  std::vector<std::thread> requests;
  for (int i = 0; i < 8; ++i) {
    requests.emplace_back([&] { found += keys_.find("first").ok() ? 1 : 0; });
  }
  open.set_value();
  for (auto& request : requests) request.join();

  EXPECT_EQ(found, 8);
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(IssuerKeysTest, AreWaitedForByAFewAtMost) {
  std::promise<void> open;
  source_.gate = open.get_future().share();
  std::atomic<int> found = 0;
  std::counting_semaphore<> turned_away(0);
  std::vector<std::thread> requests;
  for (int i = 0; i < 12; ++i) {
    requests.emplace_back(
        [&] { keys_.find("first").ok() ? void(++found) : turned_away.release(); });
  }

  for (int i = 0; i < 3; ++i) turned_away.acquire();
  open.set_value();
  for (auto& request : requests) request.join();

  EXPECT_EQ(found, 9) << "who fetches, and eight";
}

TEST_F(IssuerKeysTest, OfAFileThatLostAKeyLoseIt) {
  IssuerKeys file_keys(kFileKeysRules, source_, clock_);
  ASSERT_TRUE(file_keys.find("first").ok());
  source_.set(second_.jwks());

  clock_.advance(seconds(10));

  EXPECT_EQ(file_keys.find("first").error().code, Errc::denied);
}

}  // namespace
}  // namespace larder::tokens
