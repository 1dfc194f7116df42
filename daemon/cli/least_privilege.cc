#include "daemon/cli/least_privilege.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "daemon/cli/capabilities.h"
#include "daemon/cli/syscall_filter.h"

namespace larder::cli {

namespace {

constexpr unsigned kFirstFreePort = 1024;

bool binds_low_ports(const config::Config& config) {
  return is_low_port(config.metrics_address) ||
         std::any_of(config.listeners.begin(), config.listeners.end(),
                     [](const auto& listener) { return is_low_port(listener.address); });
}

Status forgo_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return {};
  return from_errno("no_new_privs", errno);
}

}  // namespace

LeastPrivilege::LeastPrivilege(const config::Config& config, log::Logger& logger)
    : logger_(logger), binds_low_ports_(binds_low_ports(config)) {
  tell("new_privileges", forgo_new_privileges());
  tell("capabilities", drop_capabilities(binds_low_ports_));
  tell("system_calls", forbid_system_calls());
}

void LeastPrivilege::once_bound() {
  if (binds_low_ports_) tell("capabilities", drop_last_capabilities());
}

void LeastPrivilege::tell(const char* what, const Status& outcome) {
  if (outcome) return;
  logger_.write(log::Level::warn, "privileges_kept",
                {{"what", std::string(what)}, {"error", describe(outcome.error())}});
}

bool is_low_port(std::string_view address) {
  const auto colon = address.rfind(':');
  if (address.starts_with("unix:") || colon == std::string_view::npos) return false;
  const auto text = address.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && port > 0 && port < kFirstFreePort;
}

}  // namespace larder::cli
