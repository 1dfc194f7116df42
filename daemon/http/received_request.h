// A request as it has come in, whole.
#pragma once

#include <string>

#include "cache/base/clock.h"
#include "daemon/http/head.h"

namespace larder::http {

struct ReceivedRequest {
  RequestHead head;
  std::string body{};  // where the listener takes one
  MonoTime at{};       // when its last byte came
};

}  // namespace larder::http
