#include "tests/sim/fibers.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace larder::sim {
namespace {

using testing::Random;
using End = Fibers::End;

class FibersTest : public ::testing::Test {
 protected:
  Fibers& fibers(std::uint64_t seed = 1, Fibers::Pace pace = {}) {
    trace_.emplace(/*aloud=*/false);
    return fibers_.emplace(pool_, *trace_, Random(seed), pace);
  }

  // Three fibers that each write their letter three times.
  std::string order(std::uint64_t seed) {
    Fibers& running = fibers(seed);
    std::string written;
    for (const char letter : {'a', 'b', 'c'}) {
      running.spawn("writer", [&running, &written, letter] {
        for (int i = 0; i < 3; ++i, running.pause()) written += letter;
      });
    }
    EXPECT_EQ(running.run(), End::all_ended);
    return written;
  }

  Fibers::Pool pool_;
  std::optional<Trace> trace_;
  std::optional<Fibers> fibers_;
};

TEST_F(FibersTest, GiveTurnsInAnOrderThatIsTheSeedsAlone) {
  const std::string first = order(7);
  const std::uint64_t hash = trace_->hash();

  EXPECT_EQ(order(7), first);
  EXPECT_EQ(trace_->hash(), hash);
  EXPECT_NE(order(8), first);
}

TEST_F(FibersTest, GiveTurnsWhereALockIsTakenOrReleased) {
  Fibers& running = fibers(3, {.switch_per_mille = 1000});
  Mutex mutex;
  std::string written;
  for (const char letter : {'a', 'b'}) {
    running.spawn("writer", [&, letter] {
      for (int i = 0; i < 4; ++i) {
        MutexLock lock(mutex);
        written += letter;
      }
    });
  }

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_EQ(written.size(), 8u);
  EXPECT_NE(written, "aaaabbbb");
  EXPECT_NE(written, "bbbbaaaa");
}

TEST_F(FibersTest, MoveTimeToADeadlineWhenNobodyCanRun) {
  Fibers& running = fibers();
  const MonoTime before = running.now();
  Mutex mutex;
  CondVar never;
  bool in_time = true;
  running.spawn("waiter", [&] {
    MutexLock lock(mutex);
    while (in_time) in_time = never.wait_until(mutex, before + std::chrono::hours(3));
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_EQ(running.now(), before + std::chrono::hours(3));
}

TEST_F(FibersTest, WakeWhoWaitsWhenNotified) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Fibers& running = fibers(seed);
    Mutex mutex;
    CondVar changed;
    bool ready = false;
    running.spawn("waiter", [&] {
      MutexLock lock(mutex);
      while (!ready) changed.wait(mutex);
    });
    running.spawn("notifier", [&] {
      MutexLock lock(mutex);
      ready = true;
      changed.notify_one();
    });

    EXPECT_EQ(running.run(), End::all_ended);
  }
}

TEST_F(FibersTest, AreStuckWhenAWakeUpIsLost) {
  Fibers& running = fibers();
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  running.spawn("waiter", [&] {
    MutexLock lock(mutex);
    while (!ready) changed.wait(mutex);
  });
  running.spawn("forgetful", [&] {
    running.sleep(std::chrono::seconds(1));
    MutexLock lock(mutex);
    ready = true;
  });

  EXPECT_EQ(running.run(), End::stuck);

  EXPECT_EQ(running.describe(), "waiter 1 (waits)");
}

TEST_F(FibersTest, SeeAWakeUpThatIsLostThoughADeadlineHelps) {
  Fibers& running = fibers(1, {.probe_per_mille = 1000});
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  running.spawn("waiter", [&] {
    MutexLock lock(mutex);
    while (!ready) (void)changed.wait_until(mutex, running.now() + std::chrono::hours(1));
  });
  running.spawn("forgetful", [&] {
    running.sleep(std::chrono::seconds(1));
    MutexLock lock(mutex);
    ready = true;
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_STREQ(running.broken_rule(), "a wake-up is lost");
}

TEST_F(FibersTest, ProbeNobodyWhoNeedsToWait) {
  Fibers& running = fibers(1, {.probe_per_mille = 1000});
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  running.spawn("waiter", [&] {
    MutexLock lock(mutex);
    while (!ready) changed.wait(mutex);
  });
  running.spawn("notifier", [&] {
    for (int i = 0; i < 5; ++i) running.sleep(std::chrono::seconds(1));
    MutexLock lock(mutex);
    ready = true;
    changed.notify_all();
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_EQ(running.broken_rule(), nullptr);
}

TEST_F(FibersTest, HideALostWakeUpWhenTheyWakeWithoutCause) {
  Fibers& running = fibers(1, {.spurious_per_mille = 500});
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  running.spawn("waiter", [&] {
    MutexLock lock(mutex);
    while (!ready) changed.wait(mutex);
  });
  running.spawn("forgetful", [&] {
    ready = true;
    for (int i = 0; i < 100; ++i) running.pause();
  });

  EXPECT_EQ(running.run(), End::all_ended);
}

TEST_F(FibersTest, GiveUpOnAFiberThatNeverEnds) {
  Fibers& running = fibers(1, {.steps_max = 1000});
  running.spawn("endless", [&] {
    for (;;) running.pause();
  });

  EXPECT_EQ(running.run(), End::too_long);
}

TEST_F(FibersTest, SeeASecondLockTakenWithTheFirstHeld) {
  Fibers& running = fibers();
  Mutex first;
  Mutex second;
  running.spawn("greedy", [&] {
    MutexLock one(first);
    MutexLock two(second);
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_STREQ(running.broken_rule(), "a second lock is taken");
}

TEST_F(FibersTest, SeeALockHeldWhereOthersMayRun) {
  Fibers& running = fibers();
  Mutex mutex;
  running.spawn("holder", [&] {
    MutexLock lock(mutex);
    running.pause();
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_STREQ(running.broken_rule(), "a lock is held where others may run");
}

TEST_F(FibersTest, StartOthersWhileTheyRun) {
  Fibers& running = fibers();
  int ended = 0;
  running.spawn("parent", [&] {
    for (int i = 0; i < 10; ++i) running.spawn("child", [&] { ++ended; });
  });

  EXPECT_EQ(running.run(), End::all_ended);

  EXPECT_EQ(ended, 10);
  EXPECT_EQ(running.count(), 0u);
}

}  // namespace
}  // namespace larder::sim
