#include "daemon/http/tls_transport.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <cstddef>
#include <system_error>
#include <utility>

namespace larder::http {

namespace {

// Tells OpenSSL how moving bytes below went. 1 when some were moved.
int told(BIO* bio, const IoResult& result, std::size_t* moved) {
  BIO_clear_retry_flags(bio);
  *moved = result.kind == IoResult::Kind::done ? result.size_bytes : 0;
  if (result.kind == IoResult::Kind::wants_read) BIO_set_retry_read(bio);
  if (result.kind == IoResult::Kind::wants_write) BIO_set_retry_write(bio);
  if (result.kind == IoResult::Kind::end) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return *moved > 0 ? 1 : 0;
}

int read_below(BIO* bio, char* into, std::size_t size, std::size_t* moved) {
  auto& below = *static_cast<Transport*>(BIO_get_data(bio));
  return told(bio, below.read(std::as_writable_bytes(std::span(into, size))), moved);
}

int write_below(BIO* bio, const char* bytes, std::size_t size, std::size_t* moved) {
  auto& below = *static_cast<Transport*>(BIO_get_data(bio));
  return told(bio, below.write(std::as_bytes(std::span(bytes, size))), moved);
}

long control_below(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

// Of what was noted on the way out of a call the last says most, but where the system refused
// something (a file that is not there) that is the reason.
std::string take_tls_error() {
  unsigned long last = 0;
  int refusal = 0;
  while (const auto code = ERR_get_error()) {
    last = code;
    if (ERR_SYSTEM_ERROR(code)) refusal = ERR_GET_REASON(code);
  }
  if (refusal != 0) return std::generic_category().message(refusal);
  if (last == 0) return "unknown failure";
  std::array<char, 256> text{};
  ERR_error_string_n(last, text.data(), text.size());
  return text.data();
}

BIO_METHOD* make_transport_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "larder transport");
  if (method == nullptr) return nullptr;
  BIO_meth_set_read_ex(method, read_below);
  BIO_meth_set_write_ex(method, write_below);
  BIO_meth_set_ctrl(method, control_below);
  return method;
}

TlsTransport::TlsTransport(std::unique_ptr<Transport> below, SslHandle session, BIO* bio)
    : below_(std::move(below)), session_(std::move(session)) {
  BIO_set_data(bio, below_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
}

IoResult TlsTransport::handshake() {
  ERR_clear_error();
  const int code = SSL_do_handshake(session_.get());
  return code == 1 ? IoResult{IoResult::Kind::done, 0, {}} : outcome_of(code);
}

// Takes record after record while they are at hand: each holds 16 KiB at most.
IoResult TlsTransport::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    ERR_clear_error();
    std::size_t moved = 0;
    const int code =
        SSL_read_ex(session_.get(), into.data() + filled, into.size() - filled, &moved);
    // What is wrong now will be wrong at the next call too; the bytes so far come first.
    if (code != 1)
      return filled > 0 ? IoResult{IoResult::Kind::done, filled, {}} : outcome_of(code);
    filled += moved;
  }
  return {IoResult::Kind::done, filled, {}};
}

IoResult TlsTransport::write(std::span<const std::byte> bytes) {
  ERR_clear_error();
  std::size_t moved = 0;
  const int code = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &moved);
  return code == 1 ? IoResult{IoResult::Kind::done, moved, {}} : outcome_of(code);
}

// Session tickets may have come since the last answer, so only OpenSSL can tell silence from data.
bool TlsTransport::open_and_silent() {
  ERR_clear_error();
  std::byte one{};
  std::size_t moved = 0;
  const int code = SSL_peek_ex(session_.get(), &one, 1, &moved);
  return code != 1 && outcome_of(code).kind == IoResult::Kind::wants_read;
}

IoResult TlsTransport::outcome_of(int code) {
  switch (SSL_get_error(session_.get(), code)) {
    case SSL_ERROR_WANT_READ:
      return {IoResult::Kind::wants_read, 0, {}};
    case SSL_ERROR_WANT_WRITE:
      return {IoResult::Kind::wants_write, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
      return {IoResult::Kind::end, 0, {}};
    case SSL_ERROR_SYSCALL:
      return {IoResult::Kind::failed, 0, "TLS: connection lost"};
    default:
      return {IoResult::Kind::failed, 0, "TLS: " + why()};
  }
}

std::string TlsTransport::why() const {
  const long verified = SSL_get_verify_result(session_.get());
  if (verified == X509_V_OK) return take_tls_error();
  ERR_clear_error();
  return X509_verify_cert_error_string(verified);
}

}  // namespace larder::http
