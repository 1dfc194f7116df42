#include "cache/pacer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/fake_sleeper.h"

namespace larder::cache {
namespace {

using larder::testing::FakeClock;
using larder::testing::FakeSleeper;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Pacer, TakesBytesDividedByRate) {
  FakeClock clock;
  FakeSleeper sleeper(clock);
  Pacer pacer(clock, sleeper, 1000);
  const MonoTime begin = clock.now();

  for (int i = 0; i < 40; ++i) pacer.pace(250, {});

  EXPECT_EQ(clock.now() - begin, seconds(10));
}

TEST(Pacer, GoesEvenlyPieceByPiece) {
  FakeClock clock;
  FakeSleeper sleeper(clock);
  std::vector<Duration> sleeps;
  sleeper.on_sleep = [&](Duration left) { sleeps.push_back(left); };
  Pacer pacer(clock, sleeper, 1000);

  for (int i = 0; i < 3; ++i) pacer.pace(100, {});

  EXPECT_EQ(sleeps, std::vector<Duration>(3, milliseconds(100)));
}

TEST(Pacer, DoesNotMakeUpForTimeInWhichNothingWasRead) {
  FakeClock clock;
  FakeSleeper sleeper(clock);
  Pacer pacer(clock, sleeper, 1000);
  clock.advance(hours(1));
  const MonoTime begin = clock.now();

  pacer.pace(500, {});

  EXPECT_EQ(clock.now() - begin, milliseconds(500));
}

TEST(Pacer, StaysBelowTheRateWhenReadingTakesTimeItself) {
  FakeClock clock;
  FakeSleeper sleeper(clock);
  Pacer pacer(clock, sleeper, 1000);
  const MonoTime begin = clock.now();

  pacer.pace(500, {});
  clock.advance(milliseconds(200));
  pacer.pace(500, {});

  EXPECT_EQ(clock.now() - begin, milliseconds(1200));
}

TEST(ThreadSleeper, ReturnsAtTheDeadline) {
  ThreadSleeper sleeper;
  const auto deadline = std::chrono::steady_clock::now() + milliseconds(1);

  sleeper.sleep_until(deadline, {});

  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}

TEST(ThreadSleeper, ReturnsWhenWokenBeforeOrDuringTheSleep) {
  ThreadSleeper sleeper;
  const auto deadline = std::chrono::steady_clock::now() + hours(1);

  sleeper.wake();
  sleeper.sleep_until(deadline, {});
  std::jthread waker([&] { sleeper.wake(); });
  sleeper.sleep_until(deadline, {});

  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST(ThreadSleeper, ReturnsAtStop) {
  ThreadSleeper sleeper;
  std::stop_source stop;
  const auto deadline = std::chrono::steady_clock::now() + hours(1);

  std::jthread stopper([&] { stop.request_stop(); });
  sleeper.sleep_until(deadline, stop.get_token());
  sleeper.sleep_until(deadline, stop.get_token());

  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
}

}  // namespace
}  // namespace larder::cache
