#include "daemon/upstream/trials.h"

namespace larder::upstream {

void Trials::tick() {
  const MonoTime deadline = clock_.now() + limit_;
  for (const auto& upstream : upstreams_.all()) {
    for (const auto& endpoint : upstream->to_be_tried()) {
      if (stop_.stop_requested()) return;
      (void)executor_.run(
          [endpoint, deadline, stop = stop_.get_token()] { endpoint->try_out(deadline, stop); });
    }
  }
}

}  // namespace larder::upstream
