// HTTP messages as the rest of Larder sees them: no type of cpp-httplib leaves daemon/http.
//
// Header values are the raw bytes of the wire, validated (RFC 9110 section 5.5), never
// percent-decoded.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cache/base/result.h"
#include "cache/blob_reader.h"
#include "daemon/http/tls_peer.h"

namespace larder::http {

// Header fields in wire order; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value);
  // Replaces every field of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);

  // The first value; nothing when absent.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;  // upper case, as sent: "GET"
  std::string target;  // origin-form, as sent: "/v2/a/manifests/b?ns=docker.io"
  Headers headers;
  std::string peer;      // "10.1.2.3:51324", "unix"
  std::string listener;  // the listener's name in the config
  std::string body{};    // where the listener takes one (ServerOptions::body_bytes_max)
  // Shared with the connection. Null: it does not speak TLS.
  std::shared_ptr<const TlsPeer> tls{};
  std::string proxy{};  // that named the peer by a PROXY header; empty: the peer came by itself

  bool is_head() const { return method == "HEAD"; }
};

// A body of known size whose bytes come in pieces, as the connection can take them.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::uint64_t size_bytes() const = 0;
  // As cache::BlobReader::read, counted from the body's first byte. Called on the connection's
  // thread; may block within its own deadlines. The head leaves with the first piece: an error
  // before that becomes a 503, a later one cuts the connection.
  virtual Result<cache::Piece> read(std::uint64_t offset, std::uint64_t length_max) = 0;
};

// Who has asked and what came of it, for the log. Nothing of it is sent, nothing in it is secret.
struct Admission {
  std::string subject_kind{};  // "user"
  std::string subject{};
  std::string token_id{};  // empty: shown was no token, or none with a name
  std::string action{};    // "registry:Pull"; empty when a token was asked for
  std::string resource{};
  std::string reason{};  // "allowed by NodesPull"; empty without a policy
};

struct Response {
  int status = 200;
  Headers headers;  // without Content-Length, Date, Connection
  // Bytes, or a body that is produced while it is sent. For HEAD the body is not sent, only
  // counted.
  std::variant<std::string, std::unique_ptr<Body>> body;
  // For HEAD answers whose length is known while the body is not at hand.
  std::optional<std::uint64_t> content_length{};
  // Nothing: nobody was asked who he is.
  std::optional<Admission> admission{};
};

// How an exchange went, told once it is over: after the last byte of the body.
struct Exchange {
  int status = 0;  // 0: the connection ended before a status line
  std::uint64_t body_bytes_sent = 0;
  bool complete = false;                    // every byte of the answer was handed to the kernel
  std::chrono::microseconds first_byte{0};  // from the head's last byte to the answer's first
  std::chrono::microseconds total{0};
  std::string cache_status;  // the answer's Cache-Status
  std::string failure;       // why the handler's answer was not sent whole; empty when it was
  std::optional<Admission> admission{};  // the answer's
};

// Thread-safety: any thread, many requests at once.
class Handler {
 public:
  virtual ~Handler() = default;
  // May block within the handler's own deadlines. Exceptions become 500 with a fixed text.
  virtual Response handle(const Request& request) = 0;
  // Called exactly once for each request that reached handle().
  virtual void finished(const Request& request, const Exchange& exchange) = 0;
};

}  // namespace larder::http
