// What the control socket answers: /v1/scrub, /v1/pins, /v1/explain, /v1/refresh, /v1/token; JSON
// both ways.
//
// Whoever may open the socket may do all of it. What changes something is logged.
// Thread-safety: any thread. Blocks: as the functions given.
#pragma once

#include "daemon/control/image_handler.h"
#include "daemon/control/pin_handler.h"
#include "daemon/control/scrub_handler.h"
#include "daemon/control/token_handler.h"
#include "daemon/http/message.h"
#include "daemon/log/log.h"

namespace larder::control {

class ControlHandler final : public http::Handler {
 public:
  // `logger` must outlive this.
  ControlHandler(ScrubCommands scrub, PinCommands pins, ImageCommands images, TokenCommands tokens,
                 log::Logger& logger)
      : scrub_(std::move(scrub)),
        pins_(std::move(pins)),
        images_(std::move(images)),
        tokens_(std::move(tokens)),
        logger_(logger) {}

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request& request, const http::Exchange& exchange) override;

 private:
  const ScrubHandler scrub_;
  const PinHandler pins_;
  const ImageHandler images_;
  const TokenHandler tokens_;
  log::Logger& logger_;
};

}  // namespace larder::control
