#include "daemon/upstream/tag_name.h"

#include <algorithm>

#include "daemon/http/ascii.h"

namespace larder::upstream {

namespace {

constexpr std::size_t kTagMax = 128;
constexpr std::size_t kEncodedMax = 64;  // of a digest in the tag schema: a sha512 is cut

bool is_word(char c) {
  return http::is_alnum(c) || c == '_';
}

}  // namespace

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > kTagMax || !is_word(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

std::string referrers_tag(const cache::Digest& subject) {
  std::string tag = subject.str();
  const auto colon = tag.find(':');
  tag[colon] = '-';
  return tag.substr(0, colon + 1 + kEncodedMax);
}

}  // namespace larder::upstream
