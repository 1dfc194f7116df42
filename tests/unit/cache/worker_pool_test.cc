#include "cache/base/worker_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace larder {
namespace {

using namespace std::chrono_literals;

// Work that says when it runs and ends when it is let go.
class Held {
 public:
  std::function<void()> work() {
    return [this] {
      running_.set_value();
      go_.get_future().wait();
    };
  }
  void wait_until_running() { running_.get_future().wait(); }
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> running_;
  std::promise<void> go_;
};

// True once `condition` holds; false when it has not within a time no test should need.
bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(WorkerPool, RunsWorkOnAnotherThread) {
  WorkerPool pool({.name = "test", .threads_max = 1});
  std::promise<std::thread::id> ran_on;

  ASSERT_TRUE(pool.submit([&] { ran_on.set_value(std::this_thread::get_id()); }));

  EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerPool, StartsNoThreadBeforeThereIsWork) {
  const WorkerPool pool({.name = "test", .threads_max = 4});

  EXPECT_EQ(pool.threads(), 0);
  EXPECT_EQ(pool.queued(), 0);
  EXPECT_FALSE(pool.under_pressure());
}

TEST(WorkerPool, StartsAThreadWhileAllOthersAreBusy) {
  Held first;
  Held second;
  WorkerPool pool({.name = "test", .threads_max = 2});

  ASSERT_TRUE(pool.submit(first.work()));
  ASSERT_TRUE(pool.submit(second.work()));

  first.wait_until_running();
  second.wait_until_running();
  EXPECT_EQ(pool.threads(), 2);
  first.let_go();
  second.let_go();
}

TEST(WorkerPool, SparesThreadsForOthers) {
  Held first;
  Held second;
  WorkerPool pool({.name = "test", .threads_max = 2});
  ASSERT_TRUE(pool.submit(first.work(), 1));

  EXPECT_FALSE(pool.submit([] {}, 1));

  EXPECT_TRUE(pool.submit(second.work()));
  first.let_go();
  second.let_go();
}

TEST(WorkerPool, RefusesWhatNeitherAThreadNorTheQueueCanTake) {
  Held held;
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 1});
  ASSERT_TRUE(pool.submit(held.work()));
  held.wait_until_running();

  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_FALSE(pool.submit([] {}));

  EXPECT_EQ(pool.queued(), 1);
  EXPECT_TRUE(pool.under_pressure());
  held.let_go();
}

TEST(WorkerPool, TakesWorkForEveryThreadBeforeAnyHasBegun) {
  std::latch all_running(5);
  WorkerPool pool({.name = "test", .threads_max = 4});

  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(pool.submit([&all_running] { all_running.arrive_and_wait(); }));
  }

  all_running.arrive_and_wait();
}

TEST(WorkerPool, RunsQueuedWorkOnceAThreadIsFree) {
  Held held;
  std::promise<void> ran;
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 1});
  ASSERT_TRUE(pool.submit(held.work()));
  held.wait_until_running();
  ASSERT_TRUE(pool.submit([&ran] { ran.set_value(); }));

  held.let_go();

  ran.get_future().wait();
  EXPECT_FALSE(pool.under_pressure());
}

TEST(WorkerPool, LetsIdleThreadsGoAndStartsNewOnes) {
  WorkerPool pool({.name = "test", .threads_max = 2, .queue_max = 0, .idle_timeout = 1ms});
  ASSERT_TRUE(pool.submit([] {}));
  ASSERT_TRUE(eventually([&pool] { return pool.threads() == 0; }));

  std::promise<void> ran;
  ASSERT_TRUE(pool.submit([&ran] { ran.set_value(); }));

  ran.get_future().wait();
}

TEST(WorkerPool, GivesWorkToAnIdleThreadRatherThanToANewOne) {
  Held held;
  WorkerPool pool({.name = "test", .threads_max = 2, .queue_max = 1, .idle_timeout = 1h});
  ASSERT_TRUE(pool.submit(held.work()));
  held.wait_until_running();
  ASSERT_TRUE(pool.submit([] {}));
  held.let_go();

  // With both idle, more work than one at a time never comes to a third thread.
  std::promise<void> ran;
  ASSERT_TRUE(eventually([&] { return pool.submit([&ran] { ran.set_value(); }); }));

  ran.get_future().wait();
  EXPECT_EQ(pool.threads(), 2);
}

TEST(WorkerPool, LetsWorkSubmitWork) {
  std::promise<bool> submitted;
  std::promise<void> ran;
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 1});

  ASSERT_TRUE(pool.submit([&] { submitted.set_value(pool.submit([&ran] { ran.set_value(); })); }));

  EXPECT_TRUE(submitted.get_future().get());
  ran.get_future().wait();
}

TEST(WorkerPool, WaitsForRunningWorkWhenStopped) {
  Held held;
  std::atomic<bool> stopped = false;
  WorkerPool pool({.name = "test", .threads_max = 1});
  ASSERT_TRUE(pool.submit(held.work()));
  held.wait_until_running();

  std::jthread stopper([&] {
    pool.stop();
    stopped = true;
  });
  ASSERT_TRUE(eventually([&pool] { return !pool.submit([] {}); }));

  EXPECT_FALSE(stopped);
  held.let_go();
  stopper.join();
  EXPECT_EQ(pool.threads(), 0);
}

TEST(WorkerPool, DropsQueuedWorkUnrunWhenStopped) {
  Held held;
  std::atomic<bool> ran = false;
  auto token = std::make_shared<int>();
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 1});
  ASSERT_TRUE(pool.submit(held.work()));
  held.wait_until_running();
  ASSERT_TRUE(pool.submit([&ran, token] { ran = true; }));

  std::jthread stopper([&pool] { pool.stop(); });
  ASSERT_TRUE(eventually([&pool] { return pool.queued() == 0; }));
  held.let_go();
  stopper.join();

  EXPECT_FALSE(ran);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(WorkerPool, RefusesWorkAfterStop) {
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 9});

  pool.stop();
  pool.stop();

  EXPECT_FALSE(pool.submit([] {}));
}

TEST(WorkerPool, LetsGoOfWhatWorkHoldsOnceItHasRun) {
  auto token = std::make_shared<int>();
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 0, .idle_timeout = 1h});

  ASSERT_TRUE(pool.submit([token] {}));

  EXPECT_TRUE(eventually([&token] { return token.use_count() == 1; }));
}

TEST(WorkerPool, NamesItsThreads) {
  std::promise<std::string> name;
  WorkerPool pool({.name = "fetch", .threads_max = 1});

  ASSERT_TRUE(pool.submit([&name] {
    char text[16] = {};
    pthread_getname_np(pthread_self(), text, sizeof text);
    name.set_value(text);
  }));

  EXPECT_EQ(name.get_future().get(), "fetch-0");
}

TEST(WorkerPool, RefusesWorkWhenNoThreadCanBeStarted) {
  pthread_attr_t usual;
  pthread_attr_t impossible;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&impossible), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&impossible, std::size_t{1} << 50), 0);
  WorkerPool pool({.name = "test", .threads_max = 1, .queue_max = 1});

  ASSERT_EQ(pthread_setattr_default_np(&impossible), 0);
  EXPECT_FALSE(pool.submit([] {}));
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);

  EXPECT_EQ(pool.threads(), 0);
  EXPECT_TRUE(pool.submit([] {}));
}

TEST(WorkerPool, RunsExactlyWhatItTookFromManyThreads) {
  std::atomic<int> taken = 0;
  std::atomic<int> ran = 0;
  WorkerPool pool({.name = "test", .threads_max = 3, .queue_max = 5, .idle_timeout = 0ms});
  std::vector<std::jthread> submitters;
  for (int i = 0; i < 4; ++i) {
    submitters.emplace_back([&] {
      for (int n = 0; n < 500; ++n) taken += pool.submit([&ran] { ++ran; });
    });
  }

  submitters.clear();  // joins

  EXPECT_GT(taken, 0);
  EXPECT_TRUE(eventually([&] { return ran == taken; }));
}

TEST(NameThisThread, CutsALongName) {
  std::string name;

  std::jthread([&name] {
    name_this_thread("a name much too long");
    char text[16] = {};
    pthread_getname_np(pthread_self(), text, sizeof text);
    name = text;
  }).join();

  EXPECT_EQ(name, "a name much too");
}

}  // namespace
}  // namespace larder
