#include "daemon/config/warnings.h"

#include <algorithm>

#include "daemon/config/networks.h"

namespace larder::config {

namespace {

bool shows_credentials_in_clear(const Listener& listener) {
  return listener.auth != ListenerAuth::none && listener.tls.certificates.empty() &&
         !is_local_address(listener.address);
}

bool has_hosts_of_ecr(const Listener& listener) {
  return std::any_of(listener.hosts.begin(), listener.hosts.end(), [](const std::string& host) {
    return host.find(".ecr.") != host.npos || host.find(".ecr-") != host.npos;
  });
}

}  // namespace

// No error: what ends TLS in front of a listener (a load balancer) reaches it by such an address.
std::vector<std::string> warnings_of(const Config& config) {
  std::vector<std::string> warnings;
  for (const auto& listener : config.listeners) {
    const std::string who = "listener " + listener.name + ": ";
    if (shows_credentials_in_clear(listener)) {
      warnings.push_back(who + "passwords and tokens reach " + listener.address +
                         " in clear; `tls` would encrypt them, and where something in front of it "
                         "ends TLS, nobody else should reach it");
    }
    if (listener.auth == ListenerAuth::none && has_hosts_of_ecr(listener)) {
      warnings.push_back(who +
                         "`aws ecr get-login-password` and credential helpers get no answer "
                         "at its hosts of ECR; they would with `auth: required`");
    }
  }
  return warnings;
}

}  // namespace larder::config
