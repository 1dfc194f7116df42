// What a status means that is not the one hoped for.
#pragma once

#include <string>

#include "cache/base/result.h"

namespace larder::upstream {

// 404: not_found; 401 and 403: denied; anything else: upstream_down. The context names the status.
inline Error refused_status(int status) {
  std::string context = "HTTP " + std::to_string(status);
  if (status == 404) return {Errc::not_found, std::move(context)};
  if (status == 401 || status == 403) return {Errc::denied, std::move(context)};
  return {Errc::upstream_down, std::move(context)};
}

}  // namespace larder::upstream
