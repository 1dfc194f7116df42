// What a listener tells of those it does not serve, and of its certificates.
//
// Thread-safety: any thread, among them the one that receives all connections of a listener.
// Blocks: briefly at most.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/refusal.h"

namespace larder::http {

// Before any handler has seen it.
struct RefusedRequest {
  const std::string& listener;
  const std::string& peer;
  Refusal refusal;
  std::string_view detail;  // what was malformed; may be empty
};

// Before a byte of TLS or HTTP is read.
struct RefusedConnection {
  const std::string& listener;
  const std::string& peer;
  // A word of a small set: "source", "peer", "proxy_header", "connections",
  // "connections_of_source", "descriptors".
  std::string_view reason;
};

struct FailedHandshake {
  const std::string& listener;
  const std::string& peer;
  std::string_view reason;
};

class ListenerObserver {
 public:
  virtual ~ListenerObserver() = default;

  virtual void request_refused(const RefusedRequest& request) = 0;
  virtual void connection_refused(const RefusedConnection& connection) = 0;
  virtual void handshake_failed(const FailedHandshake& handshake) = 0;
  // A certificate is shown to new connections from now on: at the start, and after its files or
  // those of others of the listener changed.
  virtual void certificate_loaded(const std::string& listener, const std::string& file,
                                  WallTime expires) = 0;
  // Changed files cannot be used; the ones before stay. Told once for each change.
  virtual void certificates_refused(const std::string& listener, const Error& why) = 0;
};

}  // namespace larder::http
