#include "daemon/cli/syscall_filter.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace larder::cli {
namespace {

// What each test does to a process, it does to a child of its own.
void begin_filtered() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !forbid_system_calls()) ::_exit(99);
}

int error_of(long number, long first = 0) {
  return ::syscall(number, first, 0, 0, 0, 0, 0) >= 0 ? 0 : errno;
}

class DeniedCalls : public ::testing::TestWithParam<long> {};

TEST_P(DeniedCalls, SayThatTheyAreNotPermitted) {
  const auto call = [] {
    begin_filtered();
    ::_exit(error_of(GetParam(), -1));
  };

  EXPECT_EXIT(call(), ::testing::ExitedWithCode(EPERM), "");
}

// All of them say something else to whoever may call them, given these arguments.
INSTANTIATE_TEST_SUITE_P(SyscallFilter, DeniedCalls,
                         ::testing::Values(SYS_process_vm_readv, SYS_finit_module, SYS_bpf,
                                           SYS_mount, SYS_setns, SYS_unshare, SYS_keyctl,
                                           SYS_perf_event_open, SYS_swapon, SYS_clock_settime));

TEST(SyscallFilter, DeniesNamespacesByCloneToo) {
  const auto call = [] {
    begin_filtered();
    ::_exit(error_of(SYS_clone, CLONE_NEWUSER | CLONE_FS));
  };

  EXPECT_EXIT(call(), ::testing::ExitedWithCode(EPERM), "");
}

TEST(SyscallFilter, LeavesThreadsAndPrograms) {
  const auto call = [] {
    begin_filtered();
    int status = -1;
    std::thread([&] { status = std::system("exit 3"); }).join();
    ::_exit(WEXITSTATUS(status));
  };

  EXPECT_EXIT(call(), ::testing::ExitedWithCode(3), "");
}

TEST(SyscallFilter, TellsThatItNeedsThatNoProgramGetsMore) {
  if (::geteuid() == 0) GTEST_SKIP() << "root needs no no_new_privs";

  EXPECT_EQ(forbid_system_calls().error().code, Errc::denied);
}

}  // namespace
}  // namespace larder::cli
