#include "daemon/upstream/endpoint_care.h"

namespace larder::upstream {

void EndpointCare::tick() {
  for (const auto& upstream : upstreams_.all()) {
    for (const auto& endpoint : upstream->endpoints()) {
      if (stop_.stop_requested()) return;
      if (endpoint->wants_trial()) try_out(endpoint);
      if (endpoint->wants_renewal()) renew(endpoint);
      endpoint->drop_ended_tokens();
      endpoint->note_credentials();
    }
  }
}

void EndpointCare::try_out(const std::shared_ptr<Endpoint>& endpoint) {
  (void)executor_.run([endpoint, deadline = clock_.now() + limit_, stop = stop_.get_token()] {
    endpoint->try_out(deadline, stop);
  });
}

// Whatever two ticks begin, each is asked for once: what is taken is due no more.
void EndpointCare::renew(const std::shared_ptr<Endpoint>& endpoint) {
  (void)executor_.run([endpoint, stop = stop_.get_token()] { endpoint->renew_due(stop); });
}

}  // namespace larder::upstream
