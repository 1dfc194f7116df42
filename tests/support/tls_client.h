// A blocking HTTPS client that shows and may change everything about its handshake.
//
// Thread-safety: one thread at a time. Blocks: each call at most RawClient::kDeadline.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/raw_client.h"

namespace larder::testing {

struct TlsClientOptions {
  std::string server_name = "localhost";
  std::string certificate_file{};  // the client's own; empty: none
  std::string key_file{};
  int version_max = TLS1_3_VERSION;
  std::string protocols{};   // for ALPN, each with its length in front
  std::string signatures{};  // algorithms that are accepted, all when empty
  SSL_SESSION* resumed = nullptr;
  std::string preamble{};  // sent as it is, before the handshake
};

class TlsClient final : public RawClient {
 public:
  explicit TlsClient(const std::string& address, const TlsClientOptions& options = {});
  ~TlsClient() override;

  // Whether the handshake has succeeded, as far as this end knows.
  bool shook_hands() const { return shook_hands_; }
  std::string version() const { return SSL_get_version(session_.get()); }
  std::string protocol() const;
  // The common name of the certificate that the server showed.
  std::string server() const;
  bool was_resumed() const { return SSL_session_reused(session_.get()) == 1; }
  // Whether the server has said that nothing follows.
  bool ended_properly() const;
  SSL* session() { return session_.get(); }
  // To be resumed by another connection; it must be freed.
  SSL_SESSION* ticket() { return SSL_get1_session(session_.get()); }

 protected:
  std::ptrdiff_t put(std::string_view bytes) override;
  std::ptrdiff_t take(std::span<char> into) override;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };

  const std::unique_ptr<SSL_CTX, Free> context_;
  const std::unique_ptr<SSL, Free> session_;
  bool shook_hands_ = false;
};

}  // namespace larder::testing
