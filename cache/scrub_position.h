// Where the scrubber is, as a note in the index, so that a restart goes on there.
//
// Thread-safety: a value. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/digest.h"

namespace larder::cache {

struct ScrubPosition {
  WallTime started_at;  // of the pass
  std::uint64_t blobs_checked = 0;
  std::uint64_t bytes_checked = 0;
  bool is_finished = false;
  std::optional<Digest> after = std::nullopt;  // the last blob checked, unless finished

  // "1 <started_at, ns since 1970> <blobs> <bytes> <digest | start | finished>"
  std::string str() const;
  // Returns: invalid for anything str() does not give.
  static Result<ScrubPosition> parse(std::string_view text);

  bool operator==(const ScrubPosition&) const = default;
};

}  // namespace larder::cache
