// A resolver for whom every host is the same unix socket.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include "daemon/http/resolver.h"

namespace larder::http {

class UnixResolver final : public Resolver {
 public:
  explicit UnixResolver(const SocketAddress& address) : address_(address) {}

  Result<std::vector<SocketAddress>> resolve(const std::string&, std::uint16_t, const Deadline&,
                                             std::stop_token) override {
    return std::vector{address_};
  }

 private:
  const SocketAddress address_;
};

}  // namespace larder::http
