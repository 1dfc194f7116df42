#include "daemon/upstream/glob.h"

#include <cstddef>
#include <vector>

namespace larder::upstream {

namespace {

// matched[i]: the pattern so far covers the first i characters of the text.
using Matched = std::vector<bool>;

Matched after_literal(const Matched& before, std::string_view text, char literal) {
  Matched after(before.size(), false);
  for (std::size_t i = 0; i < text.size(); ++i) after[i + 1] = before[i] && text[i] == literal;
  return after;
}

Matched after_wildcard(const Matched& before, std::string_view text, bool (*allowed)(char),
                       bool empty) {
  Matched after = empty ? before : Matched(before.size(), false);
  for (std::size_t i = 0; i < text.size(); ++i) {
    after[i + 1] = after[i + 1] || ((before[i] || after[i]) && allowed(text[i]));
  }
  return after;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text, const GlobRules& rules) {
  Matched matched(text.size() + 1, false);
  matched[0] = true;
  while (!pattern.empty()) {
    const std::size_t taken = pattern.starts_with("**") ? 2 : 1;
    if (pattern.front() != '*') {
      matched = after_literal(matched, text, pattern.front());
    } else {
      matched =
          after_wildcard(matched, text, taken == 2 ? rules.double_star : rules.star, rules.empty);
    }
    pattern.remove_prefix(taken);
  }
  return matched.back();
}

}  // namespace larder::upstream
