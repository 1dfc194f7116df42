#include "daemon/config/warnings.h"

#include "daemon/config/networks.h"

namespace larder::config {

namespace {

bool shows_credentials_in_clear(const Listener& listener) {
  return listener.auth != ListenerAuth::none && listener.tls.certificates.empty() &&
         !is_local_address(listener.address);
}

}  // namespace

// No error: what ends TLS in front of a listener (a load balancer) reaches it by such an address.
std::vector<std::string> warnings_of(const Config& config) {
  std::vector<std::string> warnings;
  for (const auto& listener : config.listeners) {
    if (!shows_credentials_in_clear(listener)) continue;
    warnings.push_back("listener " + listener.name + ": passwords and tokens reach " +
                       listener.address +
                       " in clear; `tls` would encrypt them, and where something in front of it "
                       "ends TLS, nobody else should reach it");
  }
  return warnings;
}

}  // namespace larder::config
