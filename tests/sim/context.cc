// A longjmp() to another stack is no mistake here, but a hardened one takes it for one.
#undef _FORTIFY_SOURCE
#include "tests/sim/context.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>

#include "cache/base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define LARDER_SIM_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define LARDER_SIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LARDER_SIM_ASAN 1
#elif __has_feature(thread_sanitizer)
#define LARDER_SIM_TSAN 1
#endif
#endif

#if LARDER_SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#elif LARDER_SIM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace larder::sim {

namespace {

constexpr std::size_t kGuardBytes = 4096;
#if LARDER_SIM_ASAN || LARDER_SIM_TSAN
constexpr std::size_t kStackBytes = 512 << 10;
#else
constexpr std::size_t kStackBytes = 128 << 10;
#endif

}  // namespace

Context::Context() : begun_(true) {
#if LARDER_SIM_ASAN
  pthread_attr_t attributes;
  CHECK(pthread_getattr_np(pthread_self(), &attributes) == 0);
  CHECK(pthread_attr_getstack(&attributes, &stack_, &stack_bytes_) == 0);
  pthread_attr_destroy(&attributes);
#elif LARDER_SIM_TSAN
  tsan_fiber_ = __tsan_get_current_fiber();
#endif
}

Context::Context(Entry entry, void* argument) : entry_(entry), argument_(argument) {
  stack_bytes_ = kStackBytes;
  stack_ = mmap(nullptr, kGuardBytes + stack_bytes_, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(stack_ != MAP_FAILED);
  CHECK(mprotect(stack_, kGuardBytes, PROT_NONE) == 0);
  stack_ = static_cast<std::byte*>(stack_) + kGuardBytes;
  CHECK(getcontext(&ucontext_) == 0);
  ucontext_.uc_stack.ss_sp = stack_;
  ucontext_.uc_stack.ss_size = stack_bytes_;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&ucontext_, reinterpret_cast<void (*)()>(&Context::begin), 2,
              static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
#if LARDER_SIM_ASAN
  __asan_unpoison_memory_region(stack_, stack_bytes_);  // another stack may have been there
#elif LARDER_SIM_TSAN
  tsan_fiber_ = __tsan_create_fiber(0);
#endif
}

Context::~Context() {
  if (entry_ == nullptr) return;
#if LARDER_SIM_TSAN
  __tsan_destroy_fiber(tsan_fiber_);
#endif
  munmap(static_cast<std::byte*>(stack_) - kGuardBytes, kGuardBytes + stack_bytes_);
}

void Context::begin(unsigned self_high, unsigned self_low) {
  const auto self = static_cast<std::uintptr_t>(self_high) << 32 | self_low;
  auto* const context = reinterpret_cast<Context*>(self);
#if LARDER_SIM_ASAN
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  context->entry_(context->argument_);
}

void Context::switch_to(Context& to) {
#if LARDER_SIM_ASAN
  __sanitizer_start_switch_fiber(&fake_stack_, to.stack_, to.stack_bytes_);
#elif LARDER_SIM_TSAN
  __tsan_switch_to_fiber(to.tsan_fiber_, 0);
#endif
  jump_to(to);
#if LARDER_SIM_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

// swapcontext(3) makes a system call each time, so only the first switch is one; but
// ThreadSanitizer knows no other way.
void Context::jump_to(Context& to) {
#if LARDER_SIM_TSAN
  swapcontext(&ucontext_, &to.ucontext_);
#else
  if (_setjmp(jump_) != 0) return;
  if (to.begun_) _longjmp(to.jump_, 1);
  to.begun_ = true;
  setcontext(&to.ucontext_);
#endif
}

}  // namespace larder::sim
