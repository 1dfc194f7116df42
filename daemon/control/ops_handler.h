// What the metrics listener answers: /metrics, /healthz and /readyz, GET and HEAD.
//
// /healthz is 200 because it is answered: it took a thread, a request and an answer, which is what
// a stuck process cannot do. Its requests are neither counted nor logged: a probe every second is
// noise. Thread-safety: any thread. Blocks: as the functions given.
#pragma once

#include <functional>

#include "daemon/control/metrics.h"
#include "daemon/http/message.h"

namespace larder::control {

struct OpsParts {
  const Metrics& metrics;
  // Called for each scrape and each readiness probe, from any thread; must be quick.
  std::function<Readings()> readings;
  std::function<bool()> is_ready;
};

class OpsHandler final : public http::Handler {
 public:
  explicit OpsHandler(OpsParts parts) : parts_(std::move(parts)) {}

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request&, const http::Exchange&) override {}

 private:
  const OpsParts parts_;
};

}  // namespace larder::control
