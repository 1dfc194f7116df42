// What a tag may be called (distribution-spec).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>

#include "cache/digest.h"

namespace larder::upstream {

// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
bool is_tag(std::string_view text);

// The tag under which the referrers of `subject` are listed where the referrers API is missing
// (distribution-spec, "Referrers Tag Schema"): "sha256-<64 hexadecimal digits>".
std::string referrers_tag(const cache::Digest& subject);

}  // namespace larder::upstream
