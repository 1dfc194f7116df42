#include "daemon/cli/syscall_filter.h"

#include <linux/sched.h>
#include <seccomp.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace larder::cli {

namespace {

using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, decltype(&seccomp_release)>;

constexpr int kDenied[] = {
// other processes' memory and execution
#if !defined(LARDER_SANITIZED)  // the sanitizers look for leaks with it
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_madvise),
    // the kernel's code
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module), SCMP_SYS(finit_module),
    SCMP_SYS(delete_module), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
    SCMP_SYS(syslog), SCMP_SYS(lookup_dcookie),
    // file systems and namespaces
    SCMP_SYS(mount), SCMP_SYS(umount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
    SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(setns),
    SCMP_SYS(unshare), SCMP_SYS(open_by_handle_at), SCMP_SYS(quotactl), SCMP_SYS(quotactl_fd),
    SCMP_SYS(fanotify_init),
    // the keys of others
    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
    // the machine
    SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(reboot), SCMP_SYS(acct), SCMP_SYS(iopl),
    SCMP_SYS(ioperm), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),
    SCMP_SYS(settimeofday), SCMP_SYS(stime), SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
    SCMP_SYS(vhangup)};

constexpr std::uint64_t kNewNamespaces[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                            CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                            CLONE_NEWNET};

// 32-bit programs among the plugins are held to the same.
int add_architectures(scmp_filter_ctx filter) {
#if defined(__x86_64__)
  return seccomp_arch_add(filter, SCMP_ARCH_X86);
#elif defined(__aarch64__)
  return seccomp_arch_add(filter, SCMP_ARCH_ARM);
#else
  (void)filter;
  return 0;
#endif
}

int set_attributes(scmp_filter_ctx filter) {
  int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
  // no_new_privs is its caller's business. A filter must not slow down what it lets through:
  // kernels before 5.16 would switch speculation off in every thread that has one.
  if (error == 0) error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
  if (error == 0) error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
  if (error == 0) error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  return error;
}

// A filter cannot look behind the pointer of clone3; libraries fall back to clone without it.
int deny_namespaces(scmp_filter_ctx filter) {
  int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  for (const std::uint64_t flag : kNewNamespaces) {
    if (error != 0) return error;
    error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0_64(SCMP_CMP_MASKED_EQ, flag, flag));
  }
  return error;
}

int deny(scmp_filter_ctx filter) {
  for (const int call : kDenied) {
    const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    if (error != 0) return error;
  }
  return deny_namespaces(filter);
}

}  // namespace

Status forbid_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (!filter) return Error{Errc::io, "no seccomp filter can be made"};
  int error = set_attributes(filter.get());
  if (error == 0) error = add_architectures(filter.get());
  if (error == 0) error = deny(filter.get());
  if (error == 0) error = seccomp_load(filter.get());
  return error == 0 ? Status() : from_errno("seccomp filter", -error);
}

}  // namespace larder::cli
