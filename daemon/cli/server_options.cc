#include "daemon/cli/server_options.h"

#include <sys/resource.h>

#include "cache/base/check.h"
#include "daemon/config/networks.h"

namespace larder::cli {

namespace {

// A service account's token is a few KiB; forms with one go to the token endpoint.
constexpr std::size_t kTokenFormBytesMax = 64 * 1024;
// A quarter of those for answers: who is on this machine is served whatever others do.
constexpr std::size_t kThreadsForLocals = 256;

// A quarter is left for listeners on loopback, and for files.
std::size_t descriptors_for_others() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur - limit.rlim_cur / 4;
}

http::ClientCertificates clients_of(config::ClientCertificates wanted) {
  switch (wanted) {
    case config::ClientCertificates::none:
      return http::ClientCertificates::none;
    case config::ClientCertificates::optional:
      return http::ClientCertificates::optional;
    case config::ClientCertificates::required:
      return http::ClientCertificates::required;
  }
  return http::ClientCertificates::required;
}

http::TlsOptions tls_options(const config::Tls& tls) {
  http::TlsOptions options;
  for (const auto& pair : tls.certificates) {
    options.certificates.push_back({pair.certificate_file, pair.key_file});
  }
  options.client_ca = tls.client_ca_file;
  options.client_certificates = clients_of(tls.clients);
  return options;
}

void put_limits(const config::Listener& listener, http::ServerOptions& options) {
  const auto& limits = listener.limits;
  options.connections_max = limits.connections;
  options.requests_max = limits.requests;
  if (!config::is_local_address(listener.address)) {
    options.spare_workers = kThreadsForLocals;
    options.descriptors_max = descriptors_for_others();
  }
  options.bytes_per_second = limits.rate.value_or(0);
  options.of_source = {.connections = limits.connections_per_source,
                       .requests = limits.requests_per_source,
                       .bytes_per_second = limits.rate_per_source.value_or(0)};
  options.head_timeout = limits.head_timeout;
  options.idle_timeout = limits.idle_timeout;
}

// What `interface:NAME` has come to is known only now.
Status approve(const config::Listener& listener, const std::string& address) {
  if (listener.is_public || !config::is_public_address(address)) return {};
  return Error{Errc::invalid, "listener " + listener.name + ": " + address +
                                  " can be reached from more than a private network; "
                                  "`public: true` would allow it"};
}

}  // namespace

std::vector<http::IpBlock> blocks_of(const std::vector<std::string>& networks) {
  std::vector<http::IpBlock> blocks;
  for (const auto& network : networks) {
    auto block = http::IpBlock::parse(network);
    CHECK(block.ok());
    blocks.push_back(*block);
  }
  return blocks;
}

http::ServerOptions server_options(const config::Listener& listener,
                                   http::ListenerObserver& observer) {
  http::ServerOptions options{.name = listener.name, .address = listener.address};
  options.approve = [listener](const std::string& address) { return approve(listener, address); };
  options.allow = blocks_of(listener.allow);
  options.proxies = blocks_of(listener.proxies);
  if (listener.socket.mode) options.unix_mode = *listener.socket.mode;
  options.peer_uids.assign(listener.socket.user_ids.begin(), listener.socket.user_ids.end());
  put_limits(listener, options);
  if (listener.auth != config::ListenerAuth::none) options.body_bytes_max = kTokenFormBytesMax;
  if (!listener.tls.certificates.empty()) options.tls = tls_options(listener.tls);
  options.observer = &observer;
  return options;
}

}  // namespace larder::cli
