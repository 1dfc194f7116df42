// /v1/explain and /v1/refresh of the control socket: what an image name means, known and asked.
//
//   GET   /v1/explain?ref=docker.io/library/redis:7    200 for every name that is one
//   POST  /v1/refresh {"ref": "docker.io/library/redis:7"}
//
// Thread-safety: any thread. Blocks: as the functions given; a refresh on the network.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "cache/base/result.h"
#include "daemon/http/message.h"
#include "daemon/registry/explanation.h"
#include "daemon/registry/refresher.h"

namespace larder::control {

// What the registry is asked for. Called from any thread.
struct ImageCommands {
  std::function<Result<registry::Explanation>(const std::string& reference)> explain;
  std::function<Result<registry::RefreshReport>(const std::string& reference)> refresh;
};

class ImageHandler {
 public:
  explicit ImageHandler(ImageCommands commands) : commands_(std::move(commands)) {}

  http::Response explain(const http::Request& request) const;
  http::Response refresh(const http::Request& request) const;

 private:
  const ImageCommands commands_;
};

}  // namespace larder::control
