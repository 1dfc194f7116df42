// The blobs of one repository at one endpoint, as a source for flights.
//
// Thread-safety: any thread, several fetches at once. Blocks: on the network, within the client's
// connect, first-byte and stall deadlines.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "cache/base/clock.h"
#include "cache/source.h"
#include "daemon/upstream/endpoint.h"

namespace larder::upstream {

struct SourceLimits {
  std::optional<MonoTime> deadline{};    // no fetch outlives it
  std::optional<Duration> first_byte{};  // of each exchange; the client's own when that is shorter
  std::shared_ptr<const auth::Tenant> as{};  // in whose name; nothing: Larder's own
};

class BlobSource final : public cache::Source {
 public:
  BlobSource(std::shared_ptr<Endpoint> endpoint, std::string repository, SourceLimits limits = {});

  // Once a fetch has brought bytes, the next ones do not heed the endpoint's backoff: a running
  // transfer is worth an attempt, and its flight ends soon when that fails too.
  // Requires: range.begin < range.end.
  // Returns: as cache::Source; upstream_down names the status of any answer but 200, 206, 401, 403
  // and 404.
  Status fetch(const cache::Digest& digest, cache::ByteRange range, cache::SourceSink& sink,
               std::stop_token stop) override;

  // The endpoint's host, with its port when that is not the scheme's own.
  std::string name() const override;
  // The endpoint's URL, without its query, the repository and the asker: one host may hold several
  // mirrors, and what is missing or forbidden in one repository, or for one asker, may be had from
  // another.
  std::string identity() const override;

 private:
  const std::shared_ptr<Endpoint> endpoint_;  // shared with the upstream and other sources
  const std::string repository_;
  const SourceLimits limits_;
  std::atomic<bool> has_given_ = false;
};

}  // namespace larder::upstream
