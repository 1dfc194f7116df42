// What the control socket answers: /v1/scrub and /v1/pins, JSON both ways.
//
// Whoever may open the socket may do all of it. What changes something is logged.
// Thread-safety: any thread. Blocks: as the functions given.
#pragma once

#include "daemon/control/pin_handler.h"
#include "daemon/control/scrub_handler.h"
#include "daemon/http/message.h"
#include "daemon/log/log.h"

namespace larder::control {

class ControlHandler final : public http::Handler {
 public:
  // `logger` must outlive this.
  ControlHandler(ScrubCommands scrub, PinCommands pins, log::Logger& logger)
      : scrub_(std::move(scrub)), pins_(std::move(pins)), logger_(logger) {}

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request& request, const http::Exchange& exchange) override;

 private:
  const ScrubHandler scrub_;
  const PinHandler pins_;
  log::Logger& logger_;
};

}  // namespace larder::control
