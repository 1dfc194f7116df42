#include "daemon/cli/capabilities.h"

#include <cap-ng.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace larder::cli {

namespace {

constexpr int kSignal = SIGUSR2;
constexpr std::chrono::seconds kLimit{2};

// In the thread that was asked. Only what a signal handler may do.
void give_up(int) {
  const int before = errno;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  ::syscall(SYS_capset, &header, none.data());
  errno = before;
}

// A thread that has ended holds none.
bool holds_any(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("CapPrm:")) return line.find_first_of("123456789abcdef", 7) != line.npos;
  }
  return false;
}

std::vector<pid_t> holders() {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    if (holds_any(task.path())) found.push_back(std::stoi(task.path().filename().string()));
  }
  return found;
}

void handle_signal_with(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(kSignal, &action, nullptr);
}

}  // namespace

Status drop_capabilities(bool keep_low_ports) {
  if (capng_get_caps_process() != 0) return Error{Errc::io, "the capabilities cannot be read"};
  if (capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE) return {};
  keep_low_ports =
      keep_low_ports && capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE) == 1;
  // The bounding set can be emptied by its own capability only; without it, it bounds nothing: no
  // program is given more than its starter has (no_new_privs).
  const bool all = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
  const capng_select_t sets = all ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS;
  capng_clear(sets);
  if (keep_low_ports) {
    capng_updatev(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                  CAP_NET_BIND_SERVICE, -1);
  }
  if (capng_apply(sets) != 0) return from_errno("drop capabilities", errno);
  return {};
}

Status drop_last_capabilities() {
  handle_signal_with(give_up);
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  auto threads = holders();
  while (!threads.empty() && std::chrono::steady_clock::now() < deadline) {
    for (const pid_t thread : threads) ::syscall(SYS_tgkill, ::getpid(), thread, kSignal);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    threads = holders();
  }
  handle_signal_with(SIG_IGN);  // one may be on its way still
  if (threads.empty()) return {};
  return Error{Errc::timeout, std::to_string(threads.size()) + " threads keep capabilities"};
}

}  // namespace larder::cli
