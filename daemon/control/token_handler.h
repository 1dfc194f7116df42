// /v1/token of the control socket: a token for a listener that asks for one.
//
//   POST  {"repositories": ["docker.io/library/redis"], "scopes": ["repository:team/app:pull"],
//          "life_seconds": 600, "subject": "backup", "listener": "cluster"}
//   200   {"token": "eyJ..", "id": "..", "listener": "cluster", "subject": "backup",
//          "scope": "repository:docker.io/library/redis:pull", "expires_at": "2026-.."}
//
// Thread-safety: any thread. Blocks: as the functions given.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "cache/base/result.h"
#include "daemon/access/local_tokens.h"
#include "daemon/http/message.h"

namespace larder::control {

// Called from any thread.
struct TokenCommands {
  std::function<Result<access::OrderedToken>(const access::TokenOrder&)> issue;
  // "redis" -> "docker.io/library/redis", as a pull would have it.
  std::function<Result<std::string>(const std::string& repository)> full_name;
};

class TokenHandler {
 public:
  explicit TokenHandler(TokenCommands commands) : commands_(std::move(commands)) {}

  http::Response handle(const http::Request& request) const;

 private:
  Result<access::TokenOrder> read(const std::string& body) const;

  const TokenCommands commands_;
};

}  // namespace larder::control
