#include "cache/thread_priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace larder::cache {
namespace {

TEST(ThreadPriority, IsLoweredForTheCallingThreadAlone) {
  static constexpr int kLastOfBestEffort = 2 << 13 | 7;
  const int nice_before = ::getpriority(PRIO_PROCESS, 0);

  std::jthread([] {
    lower_priority_of_this_thread();
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), 19);
    EXPECT_EQ(::syscall(SYS_ioprio_get, /*a process*/ 1, 0), kLastOfBestEffort);
  }).join();

  EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice_before);
}

}  // namespace
}  // namespace larder::cache
