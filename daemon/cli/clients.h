// The HTTP clients of all upstreams: one for each way of reaching an endpoint, since the set of
// trusted certificates is the largest part of a client.
//
// Thread-safety: one thread at a time; the clients themselves from any. Blocks: on disk.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/result.h"
#include "daemon/config/config.h"
#include "daemon/http/client.h"

namespace larder::cli {

// What endpoints have in common that may share a client.
struct Access {
  std::string ca_file{};
  config::ClientCertificate client_certificate{};
  config::Proxy proxy{};
  bool operator==(const Access&) const = default;
};

class Clients {
 public:
  // `environment` is what `proxy: environment` means; `egress` is where all of them may go.
  explicit Clients(http::ClientTimeouts timeouts, http::ProxyRules environment = {},
                   std::vector<http::IpBlock> egress = {});

  // Returns: invalid, naming the file, when one cannot be read as PEM.
  Result<http::Client*> find_or_make(const Access& access);

  // Every exchange ends, soon, and so does every later one.
  void stop() { stop_.request_stop(); }

 private:
  const http::ClientTimeouts timeouts_;
  const http::ProxyRules environment_;
  const std::vector<http::IpBlock> egress_;
  std::stop_source stop_;
  std::vector<std::pair<Access, std::unique_ptr<http::Client>>> clients_;
};

}  // namespace larder::cli
