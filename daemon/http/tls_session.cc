#include "daemon/http/tls_session.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <utility>

#include "daemon/http/ascii.h"

namespace larder::http {

TlsSession::TlsSession(SslHandle session, std::shared_ptr<const SessionGround> ground)
    : ground_(std::move(ground)), session_(std::move(session)) {}

TlsSession::~TlsSession() {
  finish();
}

IoResult TlsSession::handshake() {
  ERR_clear_error();
  const int code = SSL_do_handshake(session_.get());
  if (code != 1) return outcome_of(code);
  if (auto known = note_peer(); !known) {
    return {IoResult::Kind::failed, 0, known.error().context};
  }
  open_ = true;
  return {IoResult::Kind::done, 0, {}};
}

IoResult TlsSession::read(std::span<std::byte> into) {
  ERR_clear_error();
  std::size_t moved = 0;
  const int code = SSL_read_ex(session_.get(), into.data(), into.size(), &moved);
  return code == 1 ? IoResult{IoResult::Kind::done, moved, {}} : outcome_of(code);
}

IoResult TlsSession::write(std::span<const std::byte> bytes) {
  ERR_clear_error();
  std::size_t moved = 0;
  const int code = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &moved);
  return code == 1 ? IoResult{IoResult::Kind::done, moved, {}} : outcome_of(code);
}

bool TlsSession::has_pending() const {
  return SSL_pending(session_.get()) > 0;
}

void TlsSession::finish() {
  if (!std::exchange(open_, false)) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

IoResult TlsSession::outcome_of(int code) {
  switch (SSL_get_error(session_.get(), code)) {
    case SSL_ERROR_WANT_READ:
      return {IoResult::Kind::wants_read, 0, {}};
    case SSL_ERROR_WANT_WRITE:
      return {IoResult::Kind::wants_write, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
      return {IoResult::Kind::end, 0, {}};
    case SSL_ERROR_SYSCALL:
      open_ = false;
      return {IoResult::Kind::failed, 0, "connection lost"};
    default:
      break;
  }
  open_ = false;
  met_plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  const long verified = SSL_get_verify_result(session_.get());
  if (verified == X509_V_OK) return {IoResult::Kind::failed, 0, take_tls_error()};
  ERR_clear_error();
  return {IoResult::Kind::failed, 0,
          std::string("client certificate: ") + X509_verify_cert_error_string(verified)};
}

// A session that is resumed brings its certificate along, and nobody verified that it still holds.
Status TlsSession::note_peer() {
  const char* name = SSL_get_servername(session_.get(), TLSEXT_NAMETYPE_host_name);
  TlsPeer peer{to_lower(name == nullptr ? "" : name), std::nullopt, ground_->client_realm};
  if (const X509* certificate = SSL_get0_peer_certificate(session_.get())) {
    peer.certificate = PeerCertificate::of(*certificate);
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
      return Error{Errc::denied, "client certificate: certificate has expired"};
    }
  }
  peer_ = std::make_shared<const TlsPeer>(std::move(peer));
  return {};
}

}  // namespace larder::http
