#include "daemon/http/dialer.h"

#include <utility>
#include <vector>

#include "daemon/http/connector.h"
#include "daemon/http/local_names.h"
#include "daemon/http/tunnel.h"

namespace larder::http {

namespace {

Error not_public() {
  return {Errc::denied, "a local or metadata address"};
}

Error outside_egress() {
  return {Errc::denied, "no address of it is in `egress.allow`"};
}

}  // namespace

std::string Route::key() const {
  return target.scheme + "://" + target.host + ":" + std::to_string(target.port) +
         (reach == Reach::anywhere ? " anywhere" : " public") +
         (with_certificate ? " certificate" : "") +
         (proxy != nullptr ? " by " + proxy->url.str() : "");
}

Dialer::Dialer(Resolver& resolver, const TlsContext& tls, std::string user_agent,
               std::vector<IpBlock> egress)
    : resolver_(resolver),
      tls_(tls),
      user_agent_(std::move(user_agent)),
      egress_(std::move(egress)) {}

Dialer::Dialed Dialer::dial(const Route& route, Waiter& waiter, const Deadline& deadline) {
  // A proxy looks names up itself, so what can be told without DNS is told here.
  if (route.reach == Reach::public_only && is_local_or_metadata_host(route.target.host)) {
    return not_public();
  }
  const Attempt attempt{waiter, deadline};
  if (route.proxy == nullptr) {
    return connect(route.target, route.reach, route.with_certificate, attempt);
  }
  auto connection = connect_to_proxy(route, attempt);
  if (!connection) return in_context(route.proxy->name(), connection.error());
  if (!route.target.is_https()) return connection;
  return secure((*connection)->take_transport(), route.target.host, route.with_certificate,
                attempt);
}

Dialer::Dialed Dialer::connect(const Url& url, Reach reach, bool with_certificate,
                               const Attempt& attempt) {
  auto resolved = resolver_.resolve(url.host, url.port, attempt.deadline, attempt.waiter.stop());
  if (!resolved) return resolved.error();
  auto addresses = allowed(std::move(*resolved), reach);
  if (!addresses) return addresses.error();
  auto socket = connect_any(*addresses, attempt.waiter, attempt.deadline);
  if (!socket) return socket.error();
  auto transport = std::make_unique<PlainTransport>(std::move(*socket));
  if (url.is_https()) return secure(std::move(transport), url.host, with_certificate, attempt);
  return std::make_unique<ClientConnection>(std::move(transport));
}

Result<std::vector<SocketAddress>> Dialer::allowed(std::vector<SocketAddress> addresses,
                                                   Reach reach) const {
  if (reach == Reach::public_only) std::erase_if(addresses, is_local_or_metadata);
  if (addresses.empty()) return not_public();
  if (egress_.empty()) return addresses;
  std::erase_if(addresses, [this](const SocketAddress& address) {
    const auto ip = address_of(address);
    return ip && !any_contains(egress_, *ip);
  });
  if (addresses.empty()) return outside_egress();
  return addresses;
}

// As far as the first byte that is meant for the target.
Dialer::Dialed Dialer::connect_to_proxy(const Route& route, const Attempt& attempt) {
  auto connection = connect(route.proxy->url, Reach::anywhere, /*with_certificate=*/false, attempt);
  if (!connection || !route.target.is_https()) return connection;
  auto opened = open_tunnel(**connection, *route.proxy, route.target, user_agent_, attempt.waiter,
                            attempt.deadline);
  if (!opened) return opened.error();
  return connection;
}

Dialer::Dialed Dialer::secure(std::unique_ptr<Transport> transport, const std::string& host,
                              bool with_certificate, const Attempt& attempt) {
  auto wrapped = tls_.wrap(std::move(transport), host, with_certificate);
  if (!wrapped) return wrapped.error();
  auto connection = std::make_unique<ClientConnection>(std::move(*wrapped));
  if (auto shaken = connection->shake_hands(attempt.waiter, attempt.deadline); !shaken) {
    return shaken.error();
  }
  return connection;
}

}  // namespace larder::http
