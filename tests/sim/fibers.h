// Runs the work of many threads on one, in an order drawn from a seed, in time of its own.
//
// Each fiber has a stack. Another one may get its turn wherever the code under test takes or
// releases a Mutex (lock_points.cc) or waits on a CondVar (as its WaitHook), and where pause() is
// called. Time stands still while somebody can run, but for small steps by chance; when nobody can,
// it moves to the next deadline. So the same seed gives the same run. A wake-up that is lost shows:
// nobody can run, and no deadline is left to wait for; or somebody who waits, woken without cause
// while everybody does (a probe), finds that there was nothing to wait for.
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "tests/sim/context.h"
#include "tests/sim/trace.h"
#include "tests/support/random.h"

namespace larder::sim {

class Fibers final : public WaitHook {
 public:
  // One fiber at a time, many one after the other: the stack is used again.
  struct Fiber {
    Fiber() : context(&Fiber::run_bodies, this) {}
    static void run_bodies(void* self);

    Context context;
    Fibers* owner = nullptr;
    std::function<void()> body;
    const char* name = "";
    unsigned id = 0;
    bool is_slow = false;
    bool is_ready = false;
    unsigned locks_held = 0;
    const void* waits_for = nullptr;  // kWoken: it has happened before it waited
    std::optional<MonoTime> deadline;
    const void* probed = nullptr;  // what it waited for when it was woken to see if it needed to
  };
  // Fibers that have ended; outlives whoever uses it.
  using Pool = std::vector<std::unique_ptr<Fiber>>;

  struct Pace {
    unsigned switch_per_mille = 300;  // that a pause gives the turn away
    unsigned spurious_per_mille = 0;  // that a turn wakes somebody who waits, without cause
    unsigned slow_per_mille = 0;      // of the fibers: seldom get a turn
    unsigned tick_per_mille = 15;     // that time moves a little
    unsigned probe_per_mille = 200;   // that all who wait are probed before time moves
    std::uint64_t steps_max = 300'000;
  };
  enum class End { all_ended, stuck, too_long };

  Fibers(Pool& pool, Trace& trace, testing::Random random, Pace pace);
  ~Fibers() override;
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;

  // `name` must live as long as the program.
  void spawn(const char* name, std::function<void()> body);
  // Gives turns until every fiber has ended. Unless all_ended, the others are left where they are,
  // and nothing may be asked of them any more.
  End run();
  std::size_t count() const { return fibers_.size(); }
  // The names of the fibers that have not ended, and whether they wait.
  std::string describe() const;

  // What must not be, when it was seen: a turn given away, or a second lock taken, with a lock
  // held; a wake-up lost.
  const char* broken_rule() const { return broken_rule_; }

  // From a fiber.

  // Somebody else may go first.
  void pause();
  void sleep(Duration time);
  // Until wake(condition), or without cause.
  void wait_for(const void* condition);
  void wake(const void* condition) { notify_all(condition); }

  // From anywhere.

  MonoTime now() const { return now_; }
  testing::Random& random() { return random_; }
  Trace& trace() { return trace_; }

  // WaitHook
  void wait(const void* condition, Mutex& mutex) override REQUIRES(mutex);
  bool wait_until(const void* condition, Mutex& mutex, MonoTime deadline) override REQUIRES(mutex);
  void notify_one(const void* condition) override;
  void notify_all(const void* condition) override;

  // The Fibers whose fiber runs on this thread now, if any.
  static Fibers* running();
  void before_lock();
  void after_unlock();

 private:
  void finished(Fiber& fiber);
  void break_rule(const char* rule);
  void switch_away();
  Fiber* next();
  Fiber* pick_ready();
  void suspend(std::optional<MonoTime> deadline);
  void make_ready(Fiber& fiber);
  void pass_time();
  bool move_to_deadline();
  void wake_overdue();
  void wake_without_cause();
  bool probe();
  void answer_probe(Fiber& fiber, const void* waits_for);

  static constexpr char kWokenMark = 0;
  static constexpr const void* kWoken = &kWokenMark;

  Pool& pool_;
  Trace& trace_;
  testing::Random random_;
  const Pace pace_;
  Context main_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  // that have not ended
  std::vector<Fiber*> ready_;
  Fiber* current_ = nullptr;
  End end_ = End::all_ended;
  unsigned next_id_ = 1;
  std::uint64_t step_ = 0;
  MonoTime now_{std::chrono::hours(1)};
  MonoTime next_deadline_ = MonoTime::max();
  bool is_probed_ = false;  // since time moved to a deadline
  unsigned probes_ = 0;     // to be answered
  const char* broken_rule_ = nullptr;
};

}  // namespace larder::sim
