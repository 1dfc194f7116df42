#include "cache/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace larder::cache {

// glibc has no wrapper for ioprio_set(2), and the kernel's header for its numbers is not
// everywhere.
void lower_priority_of_this_thread() {
  constexpr int kNiceMax = 19;
  constexpr int kWhoProcess = 1;  // with 0: the calling thread
  constexpr int kClassBestEffort = 2;
  constexpr int kClassShift = 13;
  constexpr int kLevelLast = 7;
  (void)::setpriority(PRIO_PROCESS, 0, kNiceMax);
  (void)::syscall(SYS_ioprio_set, kWhoProcess, 0, kClassBestEffort << kClassShift | kLevelLast);
}

}  // namespace larder::cache
