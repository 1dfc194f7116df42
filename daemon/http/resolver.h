// Host names to addresses.
//
// Thread-safety: any thread. Blocks: on the network, until the deadline or a stop request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/http/deadline.h"
#include "daemon/http/socket_address.h"

namespace larder::http {

class Resolver {
 public:
  virtual ~Resolver() = default;
  // At least one address, in the order to try them.
  // Returns: upstream_down when the name has none, timeout, cancelled.
  virtual Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port,
                                                     const Deadline& deadline,
                                                     std::stop_token stop) = 0;
};

// The system's resolver. It cannot be interrupted, so each look-up has a thread of its own, which
// callers leave behind when they may wait no longer; callers for the same host share one.
class SystemResolver final : public Resolver {
 public:
  // Finds a name's addresses, without ports; as long as it takes.
  using LookUp = std::function<Result<std::vector<SocketAddress>>(const std::string& host)>;

  // Look-ups running at once: more hosts than this do not answer only when DNS is down.
  static constexpr std::size_t kLookupsMax = 128;

  SystemResolver();  // getaddrinfo
  explicit SystemResolver(LookUp look_up);

  Result<std::vector<SocketAddress>> resolve(const std::string& host, std::uint16_t port,
                                             const Deadline& deadline,
                                             std::stop_token stop) override;

 private:
  struct Lookup;

  Result<std::shared_ptr<Lookup>> join_or_start(const std::string& host);

  const LookUp look_up_;
  Mutex mutex_;
  // Shared with the look-up's thread, which may outlive every caller and the resolver.
  std::map<std::string, std::weak_ptr<Lookup>> running_ GUARDED_BY(mutex_);
};

}  // namespace larder::http
