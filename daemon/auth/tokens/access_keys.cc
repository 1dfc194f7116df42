#include "daemon/auth/tokens/access_keys.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

// AWS's own are 20 and 40.
constexpr std::size_t kIdCharsMin = 16;
constexpr std::size_t kIdCharsMax = 128;
constexpr std::size_t kSecretCharsMin = 32;
constexpr std::size_t kSecretCharsMax = 255;
constexpr std::size_t kSubjectCharsMax = 255;
constexpr std::size_t kStampBytes = 12;

Error wrong_line(std::size_t number, const char* what) {
  return {Errc::invalid, "line " + std::to_string(number) + ": " + what};
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!(line = http::trim(line)).empty()) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_id(std::string_view text) {
  return text.size() >= kIdCharsMin && text.size() <= kIdCharsMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return http::is_alnum(c) || c == '_'; });
}

// What is wrong with the words of a line; null when nothing is.
const char* fault_of(const std::vector<std::string>& words) {
  if (words.size() != 3) return "not ACCESS_KEY_ID SECRET SUBJECT";
  if (!is_id(words[0])) return "an access key id is 16 to 128 letters, digits and _";
  const auto& secret = words[1];
  if (secret.size() < kSecretCharsMin || secret.size() > kSecretCharsMax || !is_printable(secret)) {
    return "a secret is 32 to 255 characters of ASCII";
  }
  if (words[2].size() > kSubjectCharsMax || !is_printable(words[2])) {
    return "a subject is at most 255 characters of ASCII";
  }
  return nullptr;
}

// None of the words has a space.
std::string stamp_of(const std::vector<std::string>& words) {
  const auto sum = auth::hmac_sha256(words[1], words[0] + " " + words[2]);
  return auth::base64url(auth::bytes_of(sum).substr(0, kStampBytes));
}

}  // namespace

Result<AccessKeys> AccessKeys::parse(std::string_view text) {
  AccessKeys keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#') || http::trim(line).empty()) continue;
    const auto words = words_of(line);
    if (const char* fault = fault_of(words)) return wrong_line(number, fault);
    const AccessKey key{words[1], words[2], stamp_of(words)};
    keys.subjects_.emplace(key.stamp, key.subject);
    if (!keys.keys_.emplace(words[0], key).second) {
      return wrong_line(number, "an access key id that is there already");
    }
  }
  return keys;
}

const AccessKey* AccessKeys::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

bool AccessKeys::has(std::string_view subject, std::string_view stamp) const {
  const auto found = subjects_.find(stamp);
  return found != subjects_.end() && found->second == subject;
}

}  // namespace larder::tokens
