#include "daemon/http/waiter.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <thread>

#include "daemon/http/deadline.h"

namespace larder::http {
namespace {

using namespace std::chrono_literals;

class WaiterTest : public ::testing::Test {
 protected:
  void make_ready() {
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(event_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }

  UniqueFd event_{::eventfd(0, EFD_CLOEXEC)};
  std::stop_source stop_;
  Waiter waiter_{stop_.get_token()};
};

TEST_F(WaiterTest, ReturnsOnceASocketIsReady) {
  make_ready();

  const auto waited = waiter_.wait(event_.get(), POLLIN, deadline_in(5s, "stall", std::nullopt));

  EXPECT_TRUE(waited.ok());
}

TEST_F(WaiterTest, NamesTheDeadlineThatPassed) {
  const auto waited = waiter_.wait(event_.get(), POLLIN, deadline_in(5ms, "stall", std::nullopt));

  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(describe(waited.error()), "timeout: stall deadline passed");
}

TEST_F(WaiterTest, StopsBeforeADistantDeadline) {
  std::jthread stopper([this] { stop_.request_stop(); });

  const auto waited = waiter_.wait(event_.get(), POLLIN, deadline_in(60s, "stall", std::nullopt));

  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(waited.error().code, Errc::cancelled);
}

TEST_F(WaiterTest, StopsThoughTheSocketIsReady) {
  make_ready();
  stop_.request_stop();

  const auto deadline = deadline_in(60s, "stall", std::nullopt);

  EXPECT_EQ(waiter_.check(deadline).error().code, Errc::cancelled);
  EXPECT_EQ(waiter_.wait(event_.get(), POLLIN, deadline).error().code, Errc::cancelled);
}

TEST(Deadline, IsTheTotalOneWhenThatComesFirst) {
  const auto soon = std::chrono::steady_clock::now() + 1s;

  EXPECT_EQ(deadline_in(60s, "stall", soon).name, "total");
  EXPECT_EQ(deadline_in(60s, "stall", soon).at, soon);
  EXPECT_EQ(deadline_in(1ms, "stall", soon).name, "stall");
}

}  // namespace
}  // namespace larder::http
