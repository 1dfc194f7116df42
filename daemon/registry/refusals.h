// Errors that Larder gives by itself, without having asked anybody.
//
// Their causes, and those of an endpoint's health, are the details of Cache-Status
// (cache_status.h). Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include "cache/base/result.h"

namespace larder::registry {

inline Error offline_error() {
  return {Errc::not_found, "not cached, and Larder is offline", "offline"};
}

inline Error gone_error() {
  return {Errc::not_found, "upstream said a moment ago that it is no more", "negative"};
}

}  // namespace larder::registry
