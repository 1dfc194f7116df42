// The HTTP/1.1 client: one request at a time per connection, connections kept for reuse.
//
// It follows no redirect, decodes no content and retries nothing but a reused connection that the
// peer had closed, or lets lie as one does that is gone. Every wait has a deadline.
// Thread-safety: any thread; each send() runs on the caller's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/certificate_files.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/message.h"
#include "daemon/http/proxy.h"
#include "daemon/http/url.h"

namespace larder::http {

// Which addresses a host name may lead to, checked after DNS resolution.
enum class Reach {
  anywhere,     // the operator wrote this host in the config
  public_only,  // learnt from a peer: loopback, link-local, unspecified and metadata addresses
                // refused
};

struct ClientTimeouts {
  // DNS, TCP and TLS together; with what it took before to find out that a connection kept from an
  // earlier request leads nowhere any more; a new one then has at least half of it, and twice what
  // the kept one took.
  std::chrono::milliseconds connect{1000};
  std::chrono::milliseconds first_byte{5000};  // from the request sent to the whole response head
  // Longest time in which less than kStallBytesMin of the body come, unless its end does. Only time
  // spent waiting for the peer counts: a sink that blocks is not the peer's fault.
  std::chrono::milliseconds stall{10000};
};

// A peer must be faster than this in each ClientTimeouts::stall: one that sends a byte a second is
// stalled like one that sends none.
inline constexpr std::size_t kStallBytesMin = 4096;

struct ClientOptions {
  ClientTimeouts timeouts;
  std::string ca_file;  // PEM, trusted besides the system's; empty: the system's alone
  std::string user_agent = "larder";
  std::string unix_socket{};  // a path: where every request goes, whatever host its URL names
  std::size_t idle_connections_max = 8;  // per origin
  std::chrono::milliseconds idle_timeout{30000};
  // Where connections may lead, those to proxies included, whatever `reach` says; empty: anywhere.
  std::vector<IpBlock> egress{};
  ProxyRules proxies{};    // by default every target is reached directly
  std::stop_token stop{};  // ends every exchange, as the token of send() does
  // The client's own, both files or none; read again when they have changed.
  CertificateFiles certificate{};
};

struct ClientRequest {
  std::string method = "GET";
  Url url;
  // Host and Accept-Encoding: identity are added, Accept and User-Agent when they are missing.
  // Host, Connection, Accept-Encoding, Proxy-Authorization and the framing of the body are the
  // client's own.
  Headers headers;
  std::string body;  // with Content-Length when not empty
  // Through a proxy, only what is written in the URL can be checked against it.
  Reach reach = Reach::public_only;
  // Whether the server may know the client's certificate: only those it is meant for.
  bool with_certificate = false;
  std::optional<MonoTime> deadline;      // for the whole exchange, body included
  std::optional<Duration> first_byte{};  // instead of the client's own, when that is longer
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  std::optional<std::uint64_t> content_length;
};

// Takes a response on the sending thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // Once. False: the body is not wanted; send() ends with ok and the connection is closed.
  virtual bool head(const ResponseHead& head) = 0;
  // The next bytes, 1 B .. 256 KiB. False: no more are wanted; send() ends with cancelled.
  virtual bool body(std::span<const std::byte> bytes) = 0;
};

class Client {
 public:
  // Returns: invalid, naming the file, when one cannot be read as PEM or the key is not the
  // certificate's; invalid for an impossible socket path.
  static Result<std::unique_ptr<Client>> create(ClientOptions options);
  virtual ~Client() = default;

  // Returns: ok when the whole response has been given to `sink`, whatever its status;
  // timeout naming the deadline that passed (connect, first byte, stall, total); upstream_down when
  // the peer cannot be resolved or reached, fails TLS, ends early or speaks no HTTP, or when the
  // proxy refuses (the context then names it); denied when `reach` forbids the host or every
  // address; cancelled for `stop` or the sink; invalid for a request that must not reach the wire
  // (malformed target or header); io when the system has no sockets to give. The context names host
  // and port, never a path, query or header value.
  virtual Status send(const ClientRequest& request, ResponseSink& sink, std::stop_token stop) = 0;
};

// For short answers: the whole body in memory.
struct BufferedResponse {
  ResponseHead head;
  std::string body;
};
// Returns: as Client::send; upstream_down when the body is larger than `body_bytes_max`.
Result<BufferedResponse> send_buffered(Client& client, const ClientRequest& request,
                                       std::size_t body_bytes_max, std::stop_token stop);

}  // namespace larder::http
