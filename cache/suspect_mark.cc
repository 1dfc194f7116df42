#include "cache/suspect_mark.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

namespace larder::cache {

namespace {

// A signal handler has no object: what it needs lies ready here before it is installed.
std::array<char, PATH_MAX> mark_path{};
alignas(16) std::array<std::byte, 64 << 10> handler_stack{};

// Only calls that signal-safety(7) allows. SA_RESETHAND has put the default action back, and the
// signal stays blocked until this returns; then it kills.
void leave_mark(int signal) {
  const int saved = errno;
  const int fd = ::open(mark_path.data(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0) ::close(fd);
  errno = saved;
  ::raise(signal);
}

}  // namespace

Status leave_mark_on_fatal_signals(const std::filesystem::path& mark) {
  const std::string path = mark.string();
  if (path.size() >= mark_path.size()) return Error{Errc::invalid, "index: the path is too long"};
  path.copy(mark_path.data(), path.size());
  mark_path[path.size()] = '\0';

  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  if (::sigaltstack(&stack, nullptr) != 0) return from_errno("index: sigaltstack", errno);
  struct sigaction action {};
  action.sa_handler = leave_mark;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    if (::sigaction(signal, &action, nullptr) != 0) return from_errno("index: sigaction", errno);
  }
  return {};
}

}  // namespace larder::cache
