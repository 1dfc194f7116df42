// What a listener tells of those it does not serve, and of its certificates.
//
// Thread-safety: called on the listener's reception thread, by listeners of one observer at once.
// Blocks: must not.
#pragma once

#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/socket_address.h"

namespace larder::http {

class ListenerObserver {
 public:
  virtual ~ListenerObserver() = default;

  virtual void handshake_failed(std::string_view /*peer*/, std::string_view /*why*/) {}
  // A certificate is shown to new connections from now on: at the start, and after its files or
  // those of others of the listener changed.
  virtual void certificate_loaded(const std::string& /*file*/, WallTime /*expires*/) {}
  // Changed files cannot be used; the ones before stay. Told once for each change.
  virtual void certificates_refused(const Error& /*why*/) {}
};

}  // namespace larder::http
