#include "cache/digest.h"

#include <algorithm>
#include <cstring>

namespace larder::cache {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kNotHex = 0xff;

constexpr std::array<std::uint8_t, 256> make_hex_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotHex);
  for (std::uint8_t i = 0; i < 16; ++i) values[static_cast<unsigned char>(kHexDigits[i])] = i;
  return values;
}

constexpr std::array<std::uint8_t, 256> kHexValues = make_hex_values();

std::uint8_t hex_value(char digit) {
  return kHexValues[static_cast<unsigned char>(digit)];
}

bool parse_hex(std::string_view text, std::span<std::byte> bytes) {
  if (text.size() != 2 * bytes.size()) return false;
  unsigned seen = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned high = hex_value(text[2 * i]);
    const unsigned low = hex_value(text[2 * i + 1]);
    seen |= high | low;
    bytes[i] = static_cast<std::byte>(high << 4 | (low & 0x0f));
  }
  return seen < 16;
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// image-spec: component ("+" | "." | "_" | "-" component)*, ":", and what the algorithm makes of
// it.
bool is_well_formed(std::string_view algorithm, std::string_view encoded) {
  bool component = false;
  for (const char c : algorithm) {
    const bool separator = c == '+' || c == '.' || c == '_' || c == '-';
    if (separator ? !component : !is_lower_or_digit(c)) return false;
    component = !separator;
  }
  const auto is_encoded = [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '=' || c == '_' || c == '-';
  };
  return component && !encoded.empty() && std::all_of(encoded.begin(), encoded.end(), is_encoded);
}

// Does not repeat the text: it comes from anybody and may be of any length.
Error refused(std::string_view algorithm, std::string_view encoded) {
  if (algorithm == "sha256")
    return {Errc::invalid, "digest: sha256 needs 64 lower-case hex digits"};
  if (algorithm == "sha512")
    return {Errc::invalid, "digest: sha512 needs 128 lower-case hex digits"};
  if (!is_well_formed(algorithm, encoded)) {
    return {Errc::invalid, "digest: malformed, must be like sha256:<64 hex digits>"};
  }
  return {Errc::invalid, "digest: unsupported algorithm, must be sha256 or sha512"};
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::sha256 ? "sha256" : "sha512";
}

std::size_t digest_size_bytes(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::sha256 ? 32 : 64;
}

Result<Digest> Digest::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view algorithm = text.substr(0, colon);
  const std::string_view encoded =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);

  Digest digest;
  if (algorithm == "sha512") digest.algorithm_ = DigestAlgorithm::sha512;
  const bool supported = algorithm == "sha256" || algorithm == "sha512";
  const std::span<std::byte> value(digest.value_.data(), digest_size_bytes(digest.algorithm_));
  if (!supported || !parse_hex(encoded, value)) return refused(algorithm, encoded);
  return digest;
}

Digest Digest::from_bytes(DigestAlgorithm algorithm, std::span<const std::byte> bytes) {
  CHECK(bytes.size() == digest_size_bytes(algorithm));
  Digest digest;
  digest.algorithm_ = algorithm;
  std::copy(bytes.begin(), bytes.end(), digest.value_.begin());
  return digest;
}

std::string Digest::hex() const {
  std::string text;
  text.reserve(2 * bytes().size());
  for (const std::byte byte : bytes()) {
    text += kHexDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kHexDigits[std::to_integer<unsigned>(byte) & 0x0f];
  }
  return text;
}

std::string Digest::str() const {
  return std::string(to_string(algorithm_)) + ":" + hex();
}

}  // namespace larder::cache

// The value is a cryptographic hash already: any 8 bytes of it are as good as another hash of it.
std::size_t std::hash<larder::cache::Digest>::operator()(
    const larder::cache::Digest& digest) const noexcept {
  std::size_t first;
  std::memcpy(&first, digest.bytes().data(), sizeof first);
  return first;
}
