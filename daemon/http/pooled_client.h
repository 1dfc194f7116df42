// The Client, put together: a pool of connections, and exchanges on them.
#pragma once

#include <memory>
#include <stop_token>

#include "daemon/http/client.h"
#include "daemon/http/client_exchange.h"
#include "daemon/http/connection_pool.h"
#include "daemon/http/dialer.h"
#include "daemon/http/resolver.h"
#include "daemon/http/tls_context.h"

namespace larder::http {

class PooledClient final : public Client {
 public:
  PooledClient(ClientOptions options, std::unique_ptr<Resolver> resolver,
               std::unique_ptr<TlsContext> tls);

  Status send(const ClientRequest& request, ResponseSink& sink, std::stop_token stop) override;

 private:
  // One request on its way.
  struct Errand {
    const ClientRequest& request;
    const Route& route;
    ResponseSink& sink;
    Waiter& waiter;
  };

  Status send_routed(const Errand& errand);
  Status send_fresh(const Errand& errand, Duration limit);
  ExchangeResult run(std::unique_ptr<ClientConnection> connection, const Errand& errand);

  const ClientOptions options_;
  const std::unique_ptr<Resolver> resolver_;
  const std::unique_ptr<TlsContext> tls_;
  Dialer dialer_;
  ConnectionPool pool_;  // after tls_: its connections are closed first
};

}  // namespace larder::http
