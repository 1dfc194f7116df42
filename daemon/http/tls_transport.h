// A socket inside TLS (OpenSSL). Only tls_context makes these.
//
// OpenSSL's own socket BIO would raise SIGPIPE, so the socket is read and written by one of ours.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "cache/base/unique_fd.h"
#include "daemon/http/transport.h"

namespace larder::http {

struct FreeSsl {
  void operator()(SSL* session) const { SSL_free(session); }
};
using SslHandle = std::unique_ptr<SSL, FreeSsl>;

// What the last failed OpenSSL call says; empties the thread's error queue.
std::string take_tls_error();

// How OpenSSL moves bytes over a TlsTransport's socket; freed with BIO_meth_free.
BIO_METHOD* make_socket_method();

class TlsTransport final : public Transport {
 public:
  // Takes `bio`, made from make_socket_method().
  TlsTransport(UniqueFd socket, SslHandle session, BIO* bio);
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  int socket() const override { return socket_.get(); }
  IoResult handshake() override;
  IoResult read(std::span<std::byte> into) override;
  IoResult write(std::span<const std::byte> bytes) override;
  bool open_and_silent() override;

 private:
  IoResult outcome_of(int code);
  std::string why() const;

  UniqueFd socket_;
  SslHandle session_;
};

}  // namespace larder::http
