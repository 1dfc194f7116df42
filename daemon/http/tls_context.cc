#include "daemon/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "daemon/http/socket_address.h"
#include "daemon/http/tls_transport.h"

namespace larder::http {

namespace {

// Several records are taken from the socket at once: a record holds 16 KiB at most.
constexpr std::size_t kReadAheadBytes = 128 * 1024;

bool configure(SSL_CTX* context) {
  // "http/1.1" with its length in front, as ALPN wants it.
  constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadAheadBytes);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_alpn_protos(context, kProtocols.data(), kProtocols.size()) == 0 &&
         SSL_CTX_set_default_verify_paths(context) == 1;
}

bool expect_host(SSL* session, const std::string& host) {
  if (SocketAddress::parse(host, 0)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  }
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(session, host.c_str()) == 1 &&
         SSL_set1_host(session, host.c_str()) == 1;
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* context, bio_method_st* method)
    : context_(context), method_(method) {}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
  BIO_meth_free(method_);
}

Result<std::unique_ptr<TlsContext>> TlsContext::create(const std::string& ca_file,
                                                       const CertificateFiles& files) {
  std::unique_ptr<TlsContext> made(
      new TlsContext(SSL_CTX_new(TLS_client_method()), make_transport_method()));
  if (made->context_ == nullptr || made->method_ == nullptr || !configure(made->context_)) {
    return Error{Errc::io, "TLS: " + take_tls_error()};
  }
  if (!ca_file.empty() && SSL_CTX_load_verify_file(made->context_, ca_file.c_str()) != 1) {
    return Error{Errc::invalid, "CA file " + ca_file + ": " + take_tls_error()};
  }
  ERR_clear_error();
  if (files.certificate.empty()) return made;
  auto certificate = ClientCertificate::load(files);
  if (!certificate) return certificate.error();
  made->certificate_ = std::move(*certificate);
  return made;
}

Result<std::unique_ptr<Transport>> TlsContext::wrap(std::unique_ptr<Transport> below,
                                                    const std::string& host,
                                                    bool certificate) const {
  SslHandle session(SSL_new(context_));
  const bool shown = certificate && certificate_ != nullptr;
  if (session == nullptr || !expect_host(session.get(), host) ||
      (shown && !certificate_->put_into(session.get()))) {
    return Error{Errc::io, "TLS: " + take_tls_error()};
  }
  BIO* bio = BIO_new(method_);
  if (bio == nullptr) return Error{Errc::io, "TLS: " + take_tls_error()};
  SSL_set_connect_state(session.get());
  return std::unique_ptr<Transport>(
      std::make_unique<TlsTransport>(std::move(below), std::move(session), bio));
}

}  // namespace larder::http
