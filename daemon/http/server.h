// The HTTP/1.1 server: one listener, its connections and its threads.
//
// One reception thread accepts, collects requests and holds idle connections (epoll), so that a
// slow or silent client costs no thread; a worker is taken only for a complete, valid request and
// kept for its answer. A body is left unread unless the listener takes one; either way the
// connection is closed after the answer: nothing unread can become the next request. A peer that
// closes during sendfile(2) would raise SIGPIPE: start() makes the process ignore it.
//
// Thread-safety: any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "cache/base/worker_pool.h"
#include "daemon/http/crowd.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/listener_observer.h"
#include "daemon/http/message.h"
#include "daemon/http/tls_options.h"

namespace larder::http {

struct ServerOptions {
  std::string name = "node";            // of the listener
  std::string address = "127.0.0.1:0";  // host:port, [v6]:port, interface:NAME:port or unix:/path

  // Asked of what address() will be, before anybody is let in; null: any will do.
  std::function<Status(const std::string& address)> approve{};

  // Who may connect; empty: everybody. Does not concern unix sockets.
  std::vector<IpBlock> allow{};
  // Proxies: each connection of theirs begins with a PROXY header, version 2, and counts as coming
  // from the source it names, which `allow` is asked for; they themselves need no place in it.
  // Nobody else's header is believed.
  std::vector<IpBlock> proxies{};
  mode_t unix_mode = ListenSocket::kUnixMode;
  std::vector<uid_t> peer_uids{};  // who may connect to a unix socket; empty: who can open it

  // More connections are closed at accept, more requests refused with 503. 0: no limit.
  std::size_t connections_max = 4096;
  std::size_t requests_max = 0;
  // Requests are also refused that would leave fewer workers than this to other listeners.
  std::size_t spare_workers = 0;
  // Connections are also closed whose descriptors are from here on: the rest is for other listeners
  // and for files. 0: no limit.
  std::size_t descriptors_max = 0;
  std::uint64_t bytes_per_second = 0;  // sent
  ShareLimits of_source{};             // the same, of one address or IPv6 network of 64 bits

  std::size_t head_bytes_max = 16 * 1024;  // request line and header fields
  std::size_t body_bytes_max = 0;          // of a request's body; 0: handlers are asked without it
  std::size_t bodies_bytes_max = 16 * 1024 * 1024;  // of all that are arriving
  // From its first byte to its last; a body's, too, and that of a PROXY header and TLS handshake.
  std::chrono::milliseconds head_timeout{10000};
  std::chrono::milliseconds idle_timeout{30000};  // keep-alive without a request
  std::chrono::milliseconds write_stall{30000};   // a peer that takes no byte for so long is cut
  // A peer that takes fewer bytes a second, on average over a window of waiting for it, is cut.
  std::uint64_t read_rate_min = 1024;
  std::chrono::milliseconds read_rate_window{60000};
  std::optional<TlsOptions> tls{};       // nothing: plain HTTP
  ListenerObserver* observer = nullptr;  // outlives the server; null: nobody wants to know
};

class Server {
 public:
  // Binds, listens and serves. `workers` and `handler` must outlive the server.
  // Returns: invalid for an address that does not parse or name an interface, and for certificates
  // that cannot be used; busy when the address is in use; denied, io; what ServerOptions::approve
  // does.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, WorkerPool& workers,
                                               Handler& handler);
  virtual ~Server() = default;  // drain with no time left

  // host:port with the port the kernel gave, or unix:/path.
  virtual std::string address() const = 0;
  virtual std::size_t connections() const = 0;

  // Stops accepting, closes idle connections, lets running answers end until `limit` has passed,
  // then cuts what is left. Every answer begun now says "Connection: close". Blocks: at most
  // `limit` and a moment. True when nothing had to be cut.
  virtual bool drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace larder::http
