#include "daemon/cli/server_options.h"

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

}  // namespace

http::ServerOptions server_options(const config::Listener& listener,
                                   http::ListenerObserver& observer) {
  http::ServerOptions options{.name = listener.name, .address = listener.address};
  if (listener.auth != config::ListenerAuth::none) options.body_bytes_max = kTokenFormBytesMax;
  if (!listener.tls.certificates.empty()) options.tls = tls_options(listener.tls);
  options.head_timeout = listener.limits.head_timeout;
  options.idle_timeout = listener.limits.idle_timeout;
  options.observer = &observer;
  return options;
}

}  // namespace larder::cli
