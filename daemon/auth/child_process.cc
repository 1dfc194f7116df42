#include "daemon/auth/child_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace larder::auth {

namespace {

// What has been killed is gone within microseconds, or hangs in the kernel.
constexpr std::chrono::seconds kReapLimit{2};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A session of its own takes away the terminal, where it could wait for somebody's password.
int set_attributes(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  return ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

int set_descriptors(posix_spawn_file_actions_t& actions, const std::array<int, 3>& stdio) {
  for (int fd = 0; fd < 3; ++fd) {
    const int error =
        ::posix_spawn_file_actions_adddup2(&actions, stdio[static_cast<std::size_t>(fd)], fd);
    if (error != 0) return error;
  }
  return ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
}

// Returns: 0 or an errno. Not fork(2): a child of a process with threads inherits their locks.
int spawn(ChildStart start, pid_t& pid) {
  start.arguments.insert(start.arguments.begin(), start.path);
  const auto arguments = pointers_to(start.arguments);
  const auto environment = pointers_to(start.environment);
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  int error = set_attributes(attributes);
  if (error == 0) error = set_descriptors(actions, start.stdio);
  if (error == 0) {
    error = ::posix_spawn(&pid, start.path.c_str(), &actions, &attributes, arguments.data(),
                          environment.data());
  }
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildStart& start) {
  pid_t pid = 0;
  if (const int error = spawn(start, pid); error != 0) return from_errno("start", error);
  ChildProcess child(pid);
  child.ended_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!child.ended_) return Error{Errc::io, from_errno("pidfd_open", errno).context};
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      ended_(std::move(other.ended_)),
      exit_status_(other.exit_status_) {}

ChildProcess::~ChildProcess() {
  end();
}

// The program is not reaped before the kill, so its id and its group's cannot be another's yet.
int ChildProcess::end() {
  if (pid_ == 0) return exit_status_;
  exit_status_ = 128 + SIGKILL;
  ::kill(-pid_, SIGKILL);
  const auto give_up = std::chrono::steady_clock::now() + kReapLimit;
  siginfo_t info{};
  while (::waitid(P_PGID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) == 0) {
    if (info.si_pid == pid_) {
      exit_status_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    }
    if (info.si_pid == 0) {
      if (std::chrono::steady_clock::now() >= give_up) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    info = {};
  }
  pid_ = 0;
  return exit_status_;
}

}  // namespace larder::auth
