// Shell-like patterns over names made of parts.
//
// Thread-safety: a function of its arguments. Blocks: no. Takes at most pattern x text steps,
// whatever the pattern.
#pragma once

#include <string_view>

namespace larder::upstream {

// What the wildcards of a pattern may stand for.
struct GlobRules {
  bool (*star)(char);         // a character that * may stand for
  bool (*double_star)(char);  // one that ** may stand for
  bool empty;                 // whether a wildcard may stand for nothing
};

// Whether `pattern` covers all of `text`. Every character but * stands for itself.
bool glob_matches(std::string_view pattern, std::string_view text, const GlobRules& rules);

}  // namespace larder::upstream
