// The Accept header of a request for a manifest (RFC 9110 section 12.5.1).
//
// Thread-safety: a function of its arguments. Blocks: no.
#pragma once

#include <string_view>
#include <vector>

namespace larder::registry {

// Whether a client that sent these Accept fields takes this media type. Without any it takes
// everything. The most specific range counts: "*/*, image/x;q=0" does not take image/x.
// Parameters other than q are ignored, and so is a range that does not parse; a client of whose
// fields none parses takes everything.
bool accepts(const std::vector<std::string_view>& fields, std::string_view media_type);

}  // namespace larder::registry
