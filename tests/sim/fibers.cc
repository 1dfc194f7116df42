#include "tests/sim/fibers.h"

#include <algorithm>
#include <utility>

#include "cache/base/check.h"

namespace larder::sim {

namespace {

// The Fibers that give turns on this thread now. Points at no object while the thread is on its
// own stack: what runs there is not simulated.
constinit thread_local Fibers* t_running = nullptr;

constexpr unsigned kSlowPassedOverPerMille = 900;
constexpr std::uint64_t kTickMax = 400'000;  // nanoseconds

}  // namespace

void Fibers::Fiber::run_bodies(void* self) {
  auto& fiber = *static_cast<Fiber*>(self);
  for (;;) {
    fiber.body();
    fiber.body = nullptr;
    fiber.owner->finished(fiber);
  }
}

Fibers::Fibers(Pool& pool, Trace& trace, testing::Random random, Pace pace)
    : pool_(pool), trace_(trace), random_(random), pace_(pace) {}

// Fibers that were left where they are cannot be used again.
Fibers::~Fibers() = default;

void Fibers::spawn(const char* name, std::function<void()> body) {
  std::unique_ptr<Fiber> fiber;
  if (pool_.empty()) {
    fiber = std::make_unique<Fiber>();
  } else {
    fiber = std::move(pool_.back());
    pool_.pop_back();
  }
  fiber->owner = this;
  fiber->body = std::move(body);
  fiber->name = name;
  fiber->id = next_id_++;
  fiber->is_slow = random_.chance(pace_.slow_per_mille);
  trace_.note("spawn", name, fiber->id);
  make_ready(*fiber);
  fibers_.push_back(std::move(fiber));
}

Fibers::End Fibers::run() {
  CHECK(current_ == nullptr && t_running == nullptr);
  if (fibers_.empty()) return End::all_ended;
  end_ = End::all_ended;
  if (Fiber* const first = next()) {
    t_running = this;
    WaitHook::of_this_thread = this;
    current_ = first;
    trace_.turn(step_, first->id, first->name);
    main_.switch_to(first->context);
    current_ = nullptr;
    WaitHook::of_this_thread = nullptr;
    t_running = nullptr;
  }
  trace_.turn(step_, 0, "main");
  return end_;
}

std::string Fibers::describe() const {
  std::string text;
  for (const auto& fiber : fibers_) {
    if (!text.empty()) text += ", ";
    text += std::string(fiber->name) + " " + std::to_string(fiber->id) +
            (fiber->is_ready ? "" : " (waits)");
  }
  return text;
}

void Fibers::pause() {
  if (current_ == nullptr) return;
  if (current_->locks_held > 0) {
    break_rule("a lock is held where others may run");
    return;
  }
  if (random_.chance(pace_.switch_per_mille)) switch_away();
}

void Fibers::sleep(Duration time) {
  answer_probe(*current_, nullptr);
  suspend(now_ + time);
}

void Fibers::wait_for(const void* condition) {
  answer_probe(*current_, condition);
  current_->waits_for = condition;
  suspend(std::nullopt);
}

// Known as a waiter before the lock is given up, so no notification is missed in between.
void Fibers::wait(const void* condition, Mutex& mutex) {
  answer_probe(*current_, condition);
  current_->waits_for = condition;
  mutex.unlock();
  suspend(std::nullopt);
  mutex.lock();
}

bool Fibers::wait_until(const void* condition, Mutex& mutex, MonoTime deadline) {
  answer_probe(*current_, condition);
  current_->waits_for = condition;
  mutex.unlock();
  suspend(deadline);
  mutex.lock();
  return now_ < deadline;
}

void Fibers::notify_one(const void* condition) {
  std::vector<Fiber*> waiters;
  for (const auto& fiber : fibers_) {
    if (fiber->waits_for == condition) waiters.push_back(fiber.get());
  }
  if (!waiters.empty()) make_ready(*random_.pick(waiters));
}

void Fibers::notify_all(const void* condition) {
  for (const auto& fiber : fibers_) {
    if (fiber->waits_for == condition) make_ready(*fiber);
  }
}

void Fibers::break_rule(const char* rule) {
  trace_.note("BROKEN", rule);
  broken_rule_ = rule;
}

Fibers* Fibers::running() {
  return t_running;
}

void Fibers::before_lock() {
  if (current_->locks_held > 0) break_rule("a second lock is taken");
  if (current_->locks_held == 0) pause();
  ++current_->locks_held;
}

void Fibers::after_unlock() {
  if (--current_->locks_held == 0) pause();
}

void Fibers::finished(Fiber& fiber) {
  answer_probe(fiber, nullptr);
  const auto place = std::find_if(fibers_.begin(), fibers_.end(),
                                  [&](const auto& other) { return other.get() == &fiber; });
  pool_.push_back(std::move(*place));
  fibers_.erase(place);
  std::erase(ready_, &fiber);
  fiber.is_ready = false;
  switch_away();
}

// Back here once it is this fiber's turn again.
void Fibers::switch_away() {
  Fiber* const from = current_;
  Fiber* const to = next();
  if (to == from) return;
  current_ = to;
  if (to != nullptr) trace_.turn(step_, to->id, to->name);
  from->context.switch_to(to != nullptr ? to->context : main_);
}

// Null when there is no turn to give; end_ says why.
Fibers::Fiber* Fibers::next() {
  if (fibers_.empty()) return nullptr;
  if (++step_ > pace_.steps_max) {
    end_ = End::too_long;
    return nullptr;
  }
  pass_time();
  if (random_.chance(pace_.spurious_per_mille)) wake_without_cause();
  if (ready_.empty() && !probe() && !move_to_deadline()) {
    end_ = End::stuck;
    return nullptr;
  }
  return pick_ready();
}

Fibers::Fiber* Fibers::pick_ready() {
  Fiber* const picked = random_.pick(ready_);
  const bool passed_over = picked->is_slow && random_.chance(kSlowPassedOverPerMille);
  return passed_over ? random_.pick(ready_) : picked;
}

// Returns at once when what it waits for has happened since it said so.
void Fibers::suspend(std::optional<MonoTime> deadline) {
  Fiber& fiber = *current_;
  if (fiber.locks_held > 0) break_rule("a lock is held by one who waits");
  const bool woken = fiber.waits_for == kWoken;
  if (woken || (deadline && *deadline <= now_)) {
    fiber.waits_for = nullptr;
    return pause();
  }
  fiber.deadline = deadline;
  if (deadline) next_deadline_ = std::min(next_deadline_, *deadline);
  fiber.is_ready = false;
  std::erase(ready_, &fiber);
  switch_away();
}

void Fibers::make_ready(Fiber& fiber) {
  fiber.waits_for = fiber.is_ready ? kWoken : nullptr;
  fiber.deadline.reset();
  if (std::exchange(fiber.is_ready, true)) return;
  ready_.push_back(&fiber);
}

void Fibers::pass_time() {
  if (probes_ > 0) return;  // what a deadline ends was no lost wake-up
  if (random_.chance(pace_.tick_per_mille)) now_ += Duration(random_.between(1, kTickMax));
  if (now_ >= next_deadline_) wake_overdue();
}

bool Fibers::move_to_deadline() {
  if (next_deadline_ == MonoTime::max()) return false;
  is_probed_ = false;
  now_ = std::max(now_, next_deadline_);
  wake_overdue();
  return !ready_.empty() || move_to_deadline();
}

void Fibers::wake_overdue() {
  next_deadline_ = MonoTime::max();
  for (const auto& fiber : fibers_) {
    if (!fiber->deadline) continue;
    if (*fiber->deadline <= now_) {
      make_ready(*fiber);
    } else {
      next_deadline_ = std::min(next_deadline_, *fiber->deadline);
    }
  }
}

// Wakes all who wait for a condition, while nobody could make it true. Returns: whether there are
// any, and they were not asked since time moved.
bool Fibers::probe() {
  if (std::exchange(is_probed_, true) || !random_.chance(pace_.probe_per_mille)) return false;
  for (const auto& fiber : fibers_) {
    if (fiber->waits_for == nullptr) continue;
    fiber->probed = fiber->waits_for;
    make_ready(*fiber);
    ++probes_;
  }
  return probes_ > 0;
}

void Fibers::answer_probe(Fiber& fiber, const void* waits_for) {
  if (fiber.probed == nullptr) return;
  if (fiber.probed != waits_for) break_rule("a wake-up is lost");
  fiber.probed = nullptr;
  --probes_;
}

void Fibers::wake_without_cause() {
  Fiber* const any = random_.pick(fibers_).get();
  if (any->waits_for != nullptr && !any->is_ready) make_ready(*any);
}

}  // namespace larder::sim
