// Blobs: whole or one range, from the cache or while they arrive.
//
// The status line is sent only once the first byte of the answer is at hand, so that a blob nobody
// has is an honest error, not a body cut short.
// Thread-safety: any thread. Blocks: on the network, at most for the first-byte deadline; the body,
// once sent, for the stall deadline per piece.
#pragma once

#include <chrono>
#include <string>

#include "cache/store.h"
#include "daemon/http/message.h"
#include "daemon/registry/target.h"

namespace larder::registry {

struct BlobsOptions {
  std::chrono::milliseconds first_byte{5000};
  std::chrono::milliseconds stall{10000};
  bool offline = false;
};

class Blobs {
 public:
  Blobs(BlobsOptions options, cache::Store& store, const Clock& clock);

  // GET or HEAD of a blob. Returns: not_found, denied, invalid for a malformed digest,
  // upstream_down, timeout, corrupt.
  Result<http::Response> answer(const http::Request& request, const Target& target,
                                const std::string& digest_text);

 private:
  Result<http::Response> get(const http::Request& request, const Target& target,
                             const cache::Digest& digest);
  Result<http::Response> head(const Target& target, const cache::Digest& digest);
  cache::SourcesOf sources_of(const Target& target) const;

  const BlobsOptions options_;
  cache::Store& store_;
  const Clock& clock_;
};

}  // namespace larder::registry
