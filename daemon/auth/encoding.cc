#include "daemon/auth/encoding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Marks {
  char plus;
  char slash;
};
constexpr Marks kStandard{'+', '/'};
constexpr Marks kUrl{'-', '_'};

int value_of(char c, Marks marks) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (http::is_digit(c)) return c - '0' + 52;
  if (c == marks.plus) return 62;
  return c == marks.slash ? 63 : -1;
}

std::optional<std::string> decoded(std::string_view text, Marks marks) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of bits that no byte has been made of
  for (const char c : text) {
    const int value = value_of(c, marks);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xff));
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text.push_back(i <= count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=');
    }
  }
  return text;
}

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), kStandard.plus, kUrl.plus);
  std::replace(text.begin(), text.end(), kStandard.slash, kUrl.slash);
  return text;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  if (!text.ends_with('=')) return decoded(text, kStandard);
  if (text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(1);
  if (text.ends_with('=')) text.remove_suffix(1);
  return decoded(text, kStandard);
}

std::optional<std::string> base64url_decoded(std::string_view text) {
  return decoded(text, kUrl);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return text;
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string line(text.substr(0, bytes_max));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c >= 0x7f; }, ' ');
  return std::string(http::trim(line));
}

}  // namespace larder::auth
