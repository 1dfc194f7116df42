#include "daemon/http/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace larder::http {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
  return deadline_in(10s, "connect", std::nullopt);
}

TEST(SystemResolver, TakesLiteralAddressesAsTheyAre) {
  SystemResolver resolver;

  const auto v4 = resolver.resolve("10.1.2.3", 443, soon(), {});
  const auto v6 = resolver.resolve("2001:db8::1", 443, soon(), {});

  ASSERT_TRUE(v4.ok());
  EXPECT_EQ(v4->front().str(), "10.1.2.3:443");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->front().str(), "[2001:db8::1]:443");
}

TEST(SystemResolver, FindsLocalhostWithItsPort) {
  SystemResolver resolver;

  const auto addresses = resolver.resolve("localhost", 5000, soon(), {});

  ASSERT_TRUE(addresses.ok()) << describe(addresses.error());
  EXPECT_TRUE(is_local_or_metadata(addresses->front()));
  EXPECT_TRUE(addresses->front().str().ends_with(":5000"));
}

// The name is malformed, so that no server is asked.
TEST(SystemResolver, SaysThatANameHasNoAddress) {
  SystemResolver resolver;

  const auto addresses = resolver.resolve("a..b", 80, soon(), {});

  ASSERT_FALSE(addresses.ok());
  EXPECT_EQ(addresses.error().code, Errc::upstream_down);
}

TEST(SystemResolver, EndsWhenStopped) {
  SystemResolver resolver;
  std::stop_source stop;
  stop.request_stop();

  EXPECT_EQ(resolver.resolve("localhost", 80, soon(), stop.get_token()).error().code,
            Errc::cancelled);
}

// Look-ups that take until the gate is opened. Threads left behind keep it alive.
class SlowLookUps : public ::testing::Test {
 protected:
  struct Gate {
    std::latch open{1};
    std::atomic<bool> opened = false;
    std::latch begun{1};
    std::atomic<int> looked_up = 0;
  };

  Result<std::vector<SocketAddress>> resolve(const std::string& host, const Deadline& deadline,
                                             std::stop_token stop = {}) {
    return resolver_.resolve(host, 80, deadline, std::move(stop));
  }

  ~SlowLookUps() override { open(); }

  void open() {
    if (!gate_->opened.exchange(true)) gate_->open.count_down();
  }

  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  SystemResolver resolver_{[gate = gate_](const std::string&) {
    if (gate->looked_up++ == 0) gate->begun.count_down();
    gate->open.wait();
    return std::vector{*SocketAddress::parse("10.0.0.1", 0)};
  }};
};

TEST_F(SlowLookUps, AreLeftBehindAtTheDeadline) {
  const auto addresses = resolve("slow.example", deadline_in(20ms, "connect", std::nullopt));

  EXPECT_EQ(describe(addresses.error()), "timeout: connect deadline passed");
}

TEST_F(SlowLookUps, AreLeftBehindWhenStopped) {
  std::stop_source stop;
  std::jthread stopper([&] {
    gate_->begun.wait();
    stop.request_stop();
  });

  EXPECT_EQ(resolve("slow.example", soon(), stop.get_token()).error().code, Errc::cancelled);
}

// More callers than there may be look-ups: each of its own would be refused.
TEST_F(SlowLookUps, AreSharedByThoseWhoWantTheSameHost) {
  const auto passed = deadline_in(0ms, "connect", std::nullopt);

  for (std::size_t i = 0; i < 2 * SystemResolver::kLookupsMax; ++i) {
    EXPECT_EQ(resolve("slow.example", passed).error().code, Errc::timeout);
  }

  gate_->begun.wait();
  EXPECT_EQ(gate_->looked_up, 1);
}

TEST_F(SlowLookUps, TellWhatTheyFindWithThePort) {
  open();

  const auto addresses = resolve("slow.example", soon());

  ASSERT_TRUE(addresses.ok());
  EXPECT_EQ(addresses->front().str(), "10.0.0.1:80");
}

TEST_F(SlowLookUps, AreLimitedInNumber) {
  const auto passed = deadline_in(0ms, "connect", std::nullopt);
  for (std::size_t i = 0; i < SystemResolver::kLookupsMax; ++i) {
    EXPECT_EQ(resolve("slow" + std::to_string(i), passed).error().code, Errc::timeout);
  }

  EXPECT_EQ(resolve("one-more", passed).error().code, Errc::busy);
}

TEST(SystemResolver, DoesNotWaitPastItsDeadline) {
  SystemResolver resolver;

  const auto addresses = resolver.resolve("localhost", 80, deadline_in(0ms, "connect", {}), {});

  EXPECT_EQ(describe(addresses.error()), "timeout: connect deadline passed");
}

}  // namespace
}  // namespace larder::http
