// A stack of its own to run on, and the switch from one such stack to another.
//
// AddressSanitizer and ThreadSanitizer are told of each switch. Thread-safety: one thread.
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>

namespace larder::sim {

class Context {
 public:
  using Entry = void (*)(void* argument);

  // The stack this thread runs on already.
  Context();
  // A new stack. The first switch to it calls `entry`, which must not return.
  Context(Entry entry, void* argument);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Goes on where `to` left off; returns when something switches back to this one.
  // Requires: this is the context that runs.
  void switch_to(Context& to);

 private:
  static void begin(unsigned self_high, unsigned self_low);
  void jump_to(Context& to);

  const Entry entry_ = nullptr;
  void* const argument_ = nullptr;
  void* stack_ = nullptr;  // with a page below it that may not be touched; null: the thread's own
  std::size_t stack_bytes_ = 0;
  bool begun_ = false;
  ucontext_t ucontext_{};
  jmp_buf jump_{};
  [[maybe_unused]] void* fake_stack_ = nullptr;  // AddressSanitizer's
  [[maybe_unused]] void* tsan_fiber_ = nullptr;  // ThreadSanitizer's
};

}  // namespace larder::sim
