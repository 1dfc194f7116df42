#include "daemon/cli/server_options.h"

#include "cache/base/check.h"

namespace larder::cli {

namespace {

// A service account's token is a few KiB; forms with one go to the token endpoint.
constexpr std::size_t kTokenFormBytesMax = 64 * 1024;

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

void put_limits(const config::Limits& limits, http::ServerOptions& options) {
  options.connections_max = limits.connections;
  options.requests_max = limits.requests;
  options.bytes_per_second = limits.rate.value_or(0);
  options.of_source = {.connections = limits.connections_per_source,
                       .requests = limits.requests_per_source,
                       .bytes_per_second = limits.rate_per_source.value_or(0)};
  options.head_timeout = limits.head_timeout;
  options.idle_timeout = limits.idle_timeout;
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
  options.allow = blocks_of(listener.allow);
  options.proxies = blocks_of(listener.proxies);
  if (listener.socket.mode) options.unix_mode = *listener.socket.mode;
  options.peer_uids.assign(listener.socket.user_ids.begin(), listener.socket.user_ids.end());
  put_limits(listener.limits, options);
  if (listener.auth != config::ListenerAuth::none) options.body_bytes_max = kTokenFormBytesMax;
  if (!listener.tls.certificates.empty()) options.tls = tls_options(listener.tls);
  options.observer = &observer;
  return options;
}

}  // namespace larder::cli
