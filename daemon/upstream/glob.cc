#include "daemon/upstream/glob.h"

#include <algorithm>
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

bool covers_all(std::string_view text, bool (*allowed)(char), bool empty) {
  return (empty || !text.empty()) && std::all_of(text.begin(), text.end(), allowed);
}

// What stands before the first wildcard and behind the last one is compared as it is, and taken off
// both. False: it differs.
bool strip_literals(std::string_view& pattern, std::string_view& text) {
  while (!pattern.empty() && pattern.front() != '*') {
    if (text.empty() || text.front() != pattern.front()) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  while (!pattern.empty() && pattern.back() != '*') {
    if (text.empty() || text.back() != pattern.back()) return false;
    pattern.remove_suffix(1);
    text.remove_suffix(1);
  }
  return true;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text, const GlobRules& rules) {
  if (!strip_literals(pattern, text)) return false;
  if (pattern.empty()) return text.empty();
  if (pattern == "**") return covers_all(text, rules.double_star, rules.empty);
  if (pattern == "*") return covers_all(text, rules.star, rules.empty);
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
