// The Content-Range header of a 206 answer, read strictly (RFC 9110 section 14.4).
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cache/base/result.h"
#include "cache/source.h"

namespace larder::upstream {

struct ContentRange {
  cache::ByteRange range;
  std::optional<std::uint64_t> size_bytes;  // of the whole; empty for "*"

  bool operator==(const ContentRange&) const = default;
};

// "bytes 0-99/200" or "bytes 0-99/*".
// Returns: invalid for anything else, a reversed range or one beyond the size.
Result<ContentRange> parse_content_range(std::string_view value);

// The size in "bytes */200", as a 416 tells it (RFC 9110 section 14.4).
// Returns: invalid for anything else.
Result<std::uint64_t> parse_unsatisfied_range(std::string_view value);

}  // namespace larder::upstream
