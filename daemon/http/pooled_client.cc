#include "daemon/http/pooled_client.h"

#include <optional>
#include <string>
#include <utility>

#include "daemon/http/tunnel.h"

namespace larder::http {

namespace {

Status told_of(const ClientRequest& request, Status status) {
  if (status) return status;
  return in_context(request.url.authority(), status.error());
}

// Nothing when the peer is the target itself, perhaps at the end of a tunnel.
Result<std::optional<ToProxy>> words_for_proxy(const Route& route) {
  if (route.proxy == nullptr || route.target.is_https()) return std::optional<ToProxy>();
  auto authorization = proxy_authorization(*route.proxy);
  if (!authorization) return in_context(route.proxy->name(), authorization.error());
  return std::optional(ToProxy{route.proxy->name(), std::move(*authorization)});
}

bool is_idempotent(const ClientRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

PooledClient::PooledClient(ClientOptions options, std::unique_ptr<Resolver> resolver,
                           std::unique_ptr<TlsContext> tls)
    : options_(std::move(options)),
      resolver_(std::move(resolver)),
      tls_(std::move(tls)),
      dialer_(*resolver_, *tls_, options_.user_agent, options_.timeouts.connect),
      pool_(options_.idle_connections_max, options_.idle_timeout) {}

Status PooledClient::send(const ClientRequest& request, ResponseSink& sink, std::stop_token stop) {
  if (auto valid = check_request(request); !valid) return valid;
  Waiter waiter(std::move(stop));
  const Route route{request.url, request.reach, request.with_certificate,
                    options_.proxies.choose(request.url)};
  return told_of(request, send_routed({request, route, sink, waiter}));
}

// A peer may close an idle connection just as it is taken, or be gone without a word, as behind a
// NAT that forgot it: the socket then breaks while the request waits for its acknowledgement. Only
// then is the request sent again.
Status PooledClient::send_routed(const Errand& errand) {
  if (!is_idempotent(errand.request)) return send_fresh(errand);
  auto connection = pool_.take(errand.route.key());
  if (connection == nullptr) return send_fresh(errand);
  auto result = run(std::move(connection), errand);
  const bool stale =
      !result.status && !result.answered && result.status.error().code == Errc::upstream_down;
  return stale ? send_fresh(errand) : std::move(result.status);
}

Status PooledClient::send_fresh(const Errand& errand) {
  const auto deadline = deadline_in(options_.timeouts.connect, "connect", errand.request.deadline);
  if (auto due = errand.waiter.check(deadline); !due) return due;
  auto connection = dialer_.dial(errand.route, errand.waiter, deadline);
  if (!connection) return connection.error();
  return run(std::move(*connection), errand).status;
}

ExchangeResult PooledClient::run(std::unique_ptr<ClientConnection> connection,
                                 const Errand& errand) {
  auto to_proxy = words_for_proxy(errand.route);
  if (!to_proxy) return {to_proxy.error(), /*answered=*/false, /*reusable=*/false};
  auto result =
      exchange(*connection, errand.request, options_, errand.sink, errand.waiter, *to_proxy);
  if (result.reusable) pool_.put(errand.route.key(), std::move(connection));
  return result;
}

}  // namespace larder::http
