#include "daemon/http/pooled_client.h"

#include <algorithm>
#include <chrono>
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
      dialer_(*resolver_, *tls_, options_.user_agent, options_.egress),
      pool_(options_.idle_connections_max, options_.idle_timeout) {}

Status PooledClient::send(const ClientRequest& request, ResponseSink& sink, std::stop_token stop) {
  if (auto valid = check_request(request); !valid) return valid;
  std::stop_source either;
  const auto end = [&either] { either.request_stop(); };
  const std::stop_callback on_stop(std::move(stop), end);
  const std::stop_callback on_end(options_.stop, end);
  Waiter waiter(either.get_token());
  const Route route{request.url, request.reach, request.with_certificate,
                    options_.proxies.choose(request.url)};
  return told_of(request, send_routed({request, route, sink, waiter}));
}

// A peer may close an idle connection just as it is taken, or be gone without a word, as behind a
// NAT that forgot it; only then is the request sent again. What is true of one kept connection will
// be of the others. A new one has less time, by what is lost, unless it needs more.
Status PooledClient::send_routed(const Errand& errand) {
  const Duration limit = options_.timeouts.connect;
  if (!is_idempotent(errand.request)) return send_fresh(errand, limit);
  auto connection = pool_.take(errand.route.key());
  if (connection == nullptr) return send_fresh(errand, limit);
  const auto began = std::chrono::steady_clock::now();
  const Duration needed = 2 * connection->dial_time();
  auto result = run(std::move(connection), errand);
  const bool stale =
      !result.status && !result.answered && result.status.error().code == Errc::upstream_down;
  if (!stale) return std::move(result.status);
  pool_.drop(errand.route.key());
  const Duration lost = std::chrono::steady_clock::now() - began;
  return send_fresh(errand, std::max({limit - lost, limit / 2, std::min(needed, limit)}));
}

Status PooledClient::send_fresh(const Errand& errand, Duration limit) {
  const auto deadline = deadline_in(limit, "connect", errand.request.deadline);
  if (auto due = errand.waiter.check(deadline); !due) return due;
  const auto began = std::chrono::steady_clock::now();
  auto connection = dialer_.dial(errand.route, errand.waiter, deadline);
  if (!connection) return connection.error();
  (*connection)->took(std::chrono::steady_clock::now() - began);
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
