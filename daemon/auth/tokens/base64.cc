#include "daemon/auth/tokens/base64.h"

#include <cstddef>
#include <cstdint>

#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

struct Alphabet {
  char plus;
  char slash;
};
constexpr Alphabet kUrl{'-', '_'};
constexpr Alphabet kStandard{'+', '/'};

int value_of(char c, Alphabet alphabet) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (http::is_digit(c)) return c - '0' + 52;
  if (c == alphabet.plus) return 62;
  return c == alphabet.slash ? 63 : -1;
}

Result<std::string> decoded(std::string_view text, Alphabet alphabet) {
  if (text.size() % 4 == 1) return Error{Errc::invalid, "base64 of an impossible length"};
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = value_of(c, alphabet);
    if (value < 0) return Error{Errc::invalid, "not base64"};
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xff));
  }
  const bool bits_left = (bits & ((1U << held) - 1)) != 0;
  if (bits_left) return Error{Errc::invalid, "base64 with bits left over"};
  return bytes;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text = auth::base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == kStandard.plus) c = kUrl.plus;
    if (c == kStandard.slash) c = kUrl.slash;
  }
  return text;
}

Result<std::string> base64url_decoded(std::string_view text) {
  return decoded(text, kUrl);
}

Result<std::string> base64_decoded(std::string_view text) {
  if (text.size() % 4 != 0) return Error{Errc::invalid, "base64 of an impossible length"};
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decoded(text, kStandard);
}

}  // namespace larder::tokens
