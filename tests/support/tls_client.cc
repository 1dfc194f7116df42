#include "tests/support/tls_client.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>

#include "cache/base/check.h"

namespace larder::testing {

namespace {

SSL_CTX* new_context(const TlsClientOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  CHECK(context != nullptr);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, options.version_max);
  if (options.certificate_file.empty()) return context;
  CHECK(SSL_CTX_use_certificate_file(context, options.certificate_file.c_str(), SSL_FILETYPE_PEM) ==
        1);
  CHECK(SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) == 1);
  return context;
}

void configure(SSL* session, int socket, const TlsClientOptions& options) {
  const timeval deadline{RawClient::kDeadline.count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
  SSL_set_fd(session, socket);
  SSL_clear_mode(session, SSL_MODE_AUTO_RETRY);
  if (!options.server_name.empty()) {
    SSL_set_tlsext_host_name(session, options.server_name.c_str());
  }
  if (!options.protocols.empty()) {
    SSL_set_alpn_protos(session, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  }
  if (!options.signatures.empty()) SSL_set1_sigalgs_list(session, options.signatures.c_str());
  if (options.resumed != nullptr) SSL_set_session(session, options.resumed);
}

}  // namespace

TlsClient::TlsClient(const std::string& address, const TlsClientOptions& options)
    : RawClient(address), context_(new_context(options)), session_(SSL_new(context_.get())) {
  configure(session_.get(), descriptor(), options);
  RawClient::put(options.preamble);
  ERR_clear_error();
  shook_hands_ = SSL_connect(session_.get()) == 1;
}

TlsClient::~TlsClient() = default;

std::string TlsClient::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(session_.get(), &chosen, &size);
  return std::string(reinterpret_cast<const char*>(chosen), size);
}

std::string TlsClient::server() const {
  std::array<char, 256> name{};
  const X509* certificate = SSL_get0_peer_certificate(session_.get());
  if (certificate == nullptr) return {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

bool TlsClient::ended_properly() const {
  return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::ptrdiff_t TlsClient::put(std::string_view bytes) {
  ERR_clear_error();
  return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

std::ptrdiff_t TlsClient::take(std::span<char> into) {
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int count = SSL_read(session_.get(), into.data(), static_cast<int>(into.size()));
    if (count > 0) return count;
    const int why = SSL_get_error(session_.get(), count);
    if (why == SSL_ERROR_WANT_READ && errno == 0) continue;  // a ticket came
    if (why == SSL_ERROR_WANT_READ) errno = EAGAIN;          // nothing did, until the deadline
    return why == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }
}

}  // namespace larder::testing
