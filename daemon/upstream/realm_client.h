// The client of an endpoint's token exchange: a token server that asks to be left alone is heard.
//
// Without its tokens the endpoint is of no use, so whoever has none does not ask the endpoint
// either. A tenant is told so too, but what he is told says nothing to others: it may be his
// credential's doing. Thread-safety: any thread. Blocks: as the client behind it.
#pragma once

#include <memory>
#include <stop_token>

#include "cache/base/clock.h"
#include "daemon/http/client.h"
#include "daemon/upstream/endpoint_health.h"

namespace larder::upstream {

class RealmClient final : public http::Client {
 public:
  // All must outlive this.
  RealmClient(http::Client& client, EndpointHealth& health, Clock& clock, Asker asker)
      : client_(client), health_(health), clock_(clock), asker_(asker) {}

  Status send(const http::ClientRequest& request, http::ResponseSink& sink,
              std::stop_token stop) override;

 private:
  http::Client& client_;
  EndpointHealth& health_;
  Clock& clock_;
  const Asker asker_;
};

}  // namespace larder::upstream
