// What listeners tell of those they do not serve and of their certificates, counted and logged.
//
// Whoever sends rubbish must not be able to fill the log or to hold the listener up at it: of one
// kind of refusal a listener logs a line a second, with the number of those in between.
// Thread-safety: any thread. Blocks: on the log's write to stderr.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/control/metrics.h"
#include "daemon/http/listener_observer.h"
#include "daemon/log/log.h"

namespace larder::control {

class ListenerTelemetry final : public http::ListenerObserver {
 public:
  // All must outlive this.
  ListenerTelemetry(Metrics& metrics, log::Logger& logger, const Clock& clock)
      : metrics_(metrics), logger_(logger), clock_(clock) {}

  void request_refused(const http::RefusedRequest& request) override;
  void connection_refused(const http::RefusedConnection& connection) override;
  void handshake_failed(const http::FailedHandshake& handshake) override;
  void certificate_loaded(const std::string& listener, const std::string& file,
                          WallTime expires) override;
  void certificates_refused(const std::string& listener, const Error& why) override;

 private:
  struct Told {
    MonoTime at{};
    std::int64_t untold = 0;  // since then
  };

  // The number of lines left out before this one; nothing when it is to be left out, too.
  std::optional<std::int64_t> turn_to_tell(const std::string& listener, std::string_view what);

  Metrics& metrics_;
  log::Logger& logger_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Told> told_ GUARDED_BY(mutex_);
};

}  // namespace larder::control
