#include "daemon/registry/single_flight.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace larder::registry {
namespace {

MonoTime in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(SingleFlight, AsksOnceForEverybodyWhoAsksMeanwhile) {
  SingleFlight<int> flight;
  std::atomic<int> asked = 0;
  std::promise<void> begun;
  std::promise<void> go_on;
  const auto slow = [&]() -> Result<int> {
    ++asked;
    begun.set_value();
    go_on.get_future().wait();
    return 7;
  };
  std::vector<std::thread> threads;
  std::atomic<int> joined = 0;
  threads.emplace_back(
      [&] { joined += flight.run("k", in(std::chrono::seconds(20)), slow).joined; });
  begun.get_future().wait();

  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto answer =
          flight.run("k", in(std::chrono::seconds(20)), [] { return Result<int>(0); });
      joined += answer.joined && *answer.result == 7;
    });
  }
  while (flight.waiting() < 8) std::this_thread::yield();
  go_on.set_value();
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(asked, 1);
  EXPECT_EQ(joined, 8);
}

TEST(SingleFlight, AsksAgainOnceTheAnswerIsIn) {
  SingleFlight<int> flight;
  int asked = 0;
  const auto question = [&]() -> Result<int> { return ++asked; };

  (void)flight.run("k", in(std::chrono::seconds(1)), question);
  const auto second = flight.run("k", in(std::chrono::seconds(1)), question);

  EXPECT_EQ(*second.result, 2);
  EXPECT_FALSE(second.joined);
}

TEST(SingleFlight, AJoinerLeavesAtItsDeadline) {
  SingleFlight<int> flight;
  std::promise<void> begun;
  std::promise<void> go_on;
  std::thread first([&] {
    (void)flight.run("k", in(std::chrono::seconds(20)), [&]() -> Result<int> {
      begun.set_value();
      go_on.get_future().wait();
      return 1;
    });
  });
  begun.get_future().wait();

  const auto late =
      flight.run("k", in(std::chrono::milliseconds(1)), [] { return Result<int>(0); });
  go_on.set_value();
  first.join();

  EXPECT_EQ(late.result.error().code, Errc::timeout);
}

}  // namespace
}  // namespace larder::registry
