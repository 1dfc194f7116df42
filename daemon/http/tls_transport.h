// TLS (OpenSSL) over another transport: a socket, or, in a tunnel of an https proxy, TLS again.
// Only tls_context makes these.
//
// OpenSSL's own socket BIO would raise SIGPIPE and knows no tunnel, so it is given one of ours.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "daemon/http/transport.h"

namespace larder::http {

struct FreeSsl {
  void operator()(SSL* session) const { SSL_free(session); }
};
using SslHandle = std::unique_ptr<SSL, FreeSsl>;

// What the last failed OpenSSL call says, or the system to it; empties the thread's error queue.
std::string take_tls_error();

// How OpenSSL moves bytes over the transport below; freed with BIO_meth_free.
BIO_METHOD* make_transport_method();

class TlsTransport final : public Transport {
 public:
  // Takes `bio`, made from make_transport_method().
  TlsTransport(std::unique_ptr<Transport> below, SslHandle session, BIO* bio);
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  int socket() const override { return below_->socket(); }
  IoResult handshake() override;
  IoResult read(std::span<std::byte> into) override;
  IoResult write(std::span<const std::byte> bytes) override;
  bool open_and_silent() override;
  bool is_unheard() const override { return below_->is_unheard(); }

 private:
  IoResult outcome_of(int code);
  std::string why() const;

  const std::unique_ptr<Transport> below_;
  SslHandle session_;  // after below_, through which it speaks
};

}  // namespace larder::http
