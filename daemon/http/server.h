// The HTTP/1.1 server: one listener, its connections and its threads.
//
// One reception thread accepts, collects request heads and holds idle connections (epoll), so that
// a slow or silent client costs no thread; a worker is taken only for a complete, valid head and
// kept for that answer. A body is left unread unless the listener takes one; either way the
// connection is closed after the answer: nothing unread can become the next request.
// A peer that closes during sendfile(2) would raise SIGPIPE: start() makes the process ignore it.
//
// Thread-safety: any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "cache/base/result.h"
#include "cache/base/worker_pool.h"
#include "daemon/http/listener_observer.h"
#include "daemon/http/message.h"

namespace larder::http {

struct ServerOptions {
  std::string name = "node";            // of the listener
  std::string address = "127.0.0.1:0";  // host:port, [v6]:port, interface:NAME:port or unix:/path
  std::size_t connections_max = 4096;   // more are closed at accept
  std::size_t head_bytes_max = 16 * 1024;  // request line and header fields
  std::size_t body_bytes_max = 0;          // of a request's body; 0: handlers are asked without it
  std::chrono::milliseconds head_timeout{10000};  // from its first byte to its last; a body's, too
  std::chrono::milliseconds idle_timeout{30000};  // keep-alive without a request
  std::chrono::milliseconds write_stall{30000};   // a peer that takes no byte for so long is cut
  ListenerObserver* observer = nullptr;           // outlives the server; null: nobody wants to know
};

class Server {
 public:
  // Binds, listens and serves. `workers` and `handler` must outlive the server.
  // Returns: invalid for an address that does not parse or name an interface; busy when the address
  // is in use; denied, io.
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
