// /v1/pins of the control socket: why blobs must not be evicted.
//
//   GET     {"pins": [{"digest": "sha256:..", "reason": "release 4.2", "since": "2026-.."}]}
//   POST    {"ref": "docker.io/library/redis:7", "reason": "release 4.2"}, or "digest"
//   DELETE  ?ref=.. or ?digest=.., and &reason=.. for one of them; without it all
//
// A pin is on content: a tag that moves later does not take it along.
// Thread-safety: any thread. Blocks: on the index.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/result.h"
#include "cache/index.h"
#include "daemon/http/message.h"

namespace larder::control {

// What the store is asked for. Called from any thread.
struct PinCommands {
  std::function<Status(const cache::Digest&, const std::string& reason)> pin;
  std::function<Status(const cache::Digest&, const std::string& reason)> unpin;
  std::function<Result<std::vector<std::pair<cache::Digest, cache::Pin>>>()> pins;
  // What an image name means in the cache; not_found when it is not there.
  std::function<Result<cache::Digest>(const std::string& reference)> resolve;
  std::function<bool(const cache::Digest&)> is_cached;
};

class PinHandler {
 public:
  explicit PinHandler(PinCommands commands) : commands_(std::move(commands)) {}

  http::Response handle(const http::Request& request) const;

 private:
  // Exactly one of the two is given; an empty text is none.
  struct Name {
    std::string reference;
    std::string digest;
  };
  Result<cache::Digest> find(const Name& name) const;
  http::Response list() const;
  http::Response add(const std::string& body) const;
  http::Response remove(std::string_view query) const;
  Result<std::uint64_t> remove_all(const cache::Digest& digest, const std::string& reason) const;

  const PinCommands commands_;
};

}  // namespace larder::control
