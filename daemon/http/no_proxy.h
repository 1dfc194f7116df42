// Which targets are reached without a proxy, as Go's programs read NO_PROXY, containerd among them:
//
//   *                    every target
//   registry.example     that host and all below it; .example: only what is below it
//   10.0.0.7, fd00::7    that address; 10.0.0.0/8: that network
//   registry.example:5000, [fd00::7]:5000   only that port
//
// Names are not resolved. localhost and loopback addresses are always reached directly. What is
// none of these covers nothing. Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <string>
#include <vector>

#include "daemon/http/ip_address.h"
#include "daemon/http/url.h"

namespace larder::http {

class NoProxy {
 public:
  NoProxy() : NoProxy(std::vector<std::string>()) {}
  explicit NoProxy(const std::vector<std::string>& entries);

  bool covers(const Url& target) const;

 private:
  struct Name {
    std::string suffix;  // with the dot in front: ".example"
    bool itself;         // "example" too
    std::uint16_t port;  // 0: every port
  };
  struct Network {
    IpBlock block;
    std::uint16_t port;
  };

  void add(const std::string& entry);

  bool all_ = false;
  std::vector<Name> names_;
  std::vector<Network> networks_;
};

}  // namespace larder::http
