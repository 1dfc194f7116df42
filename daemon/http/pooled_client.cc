#include "daemon/http/pooled_client.h"

#include <string>
#include <utility>

namespace larder::http {

namespace {

// Connections made under one reach are never used under another.
std::string origin_of(const ClientRequest& request) {
  return request.url.scheme + "://" + request.url.host + ":" + std::to_string(request.url.port) +
         (request.reach == Reach::anywhere ? " anywhere" : " public");
}

Status told_of(const ClientRequest& request, Status status) {
  if (status) return status;
  return in_context(request.url.authority(), status.error());
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
      pool_(options_.idle_connections_max, options_.idle_timeout) {}

Status PooledClient::send(const ClientRequest& request, ResponseSink& sink, std::stop_token stop) {
  if (auto valid = check_request(request); !valid) return valid;
  Waiter waiter(std::move(stop));
  // A peer may close an idle connection just as it is taken; only then is the request sent again.
  if (is_idempotent(request)) {
    if (auto connection = pool_.take(origin_of(request))) {
      auto result = run(std::move(connection), request, sink, waiter);
      const bool stale =
          !result.status && !result.answered && result.status.error().code == Errc::upstream_down;
      if (!stale) return told_of(request, std::move(result.status));
    }
  }
  return told_of(request, send_fresh(request, sink, waiter));
}

Status PooledClient::send_fresh(const ClientRequest& request, ResponseSink& sink, Waiter& waiter) {
  const auto deadline = deadline_in(options_.timeouts.connect, "connect", request.deadline);
  if (auto due = waiter.check(deadline); !due) return due;
  auto connection =
      ClientConnection::open(request.url, request.reach, *resolver_, *tls_, waiter, deadline);
  if (!connection) return connection.error();
  return run(std::move(*connection), request, sink, waiter).status;
}

ExchangeResult PooledClient::run(std::unique_ptr<ClientConnection> connection,
                                 const ClientRequest& request, ResponseSink& sink, Waiter& waiter) {
  auto result = exchange(*connection, request, options_, sink, waiter);
  if (result.reusable) pool_.put(origin_of(request), std::move(connection));
  return result;
}

}  // namespace larder::http
