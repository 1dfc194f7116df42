#include "daemon/auth/tokens/bcrypt.h"

#include <crypt.h>
#include <string.h>

#include <algorithm>
#include <memory>

#include "cache/base/check.h"
#include "daemon/auth/digests.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kHashBytes = 60;
constexpr std::size_t kSaltBytes = 22;
constexpr std::size_t kPrefixBytes = 7;  // "$2y$10$"
constexpr int kCostMin = 4;

bool is_bcrypt_char(char c) {
  return http::is_alnum(c) || c == '.' || c == '/';
}

}  // namespace

std::optional<int> bcrypt_cost(std::string_view hash) {
  if (hash.size() != kHashBytes || !hash.starts_with("$2")) return std::nullopt;
  // "2a" and "2x" stand for old, partly broken hashes as well; "2a" is what others call "2y".
  if (std::string_view("aby").find(hash[2]) == std::string_view::npos) return std::nullopt;
  const bool is_framed =
      hash[3] == '$' && hash[6] == '$' && http::is_digit(hash[4]) && http::is_digit(hash[5]);
  if (!is_framed) return std::nullopt;
  const auto rest = hash.substr(kPrefixBytes);
  if (!std::all_of(rest.begin(), rest.end(), is_bcrypt_char)) return std::nullopt;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (cost < kCostMin) return std::nullopt;
  return cost;
}

bool bcrypt_matches(std::string_view password, const std::string& hash) {
  CHECK(bcrypt_cost(hash).has_value());
  const bool fits =
      password.size() <= kBcryptBytesMax && password.find('\0') == std::string_view::npos;
  // The work is done all the same: how long it takes tells nothing.
  const std::string tried(fits ? password : std::string_view("-"));
  const auto work = std::make_unique<crypt_data>();  // 32 KiB
  const char* const found = ::crypt_r(tried.c_str(), hash.c_str(), work.get());
  const bool same = found != nullptr && auth::equal_secrets(found, hash);
  ::explicit_bzero(work.get(), sizeof *work);
  return fits && same;
}

std::string impossible_bcrypt_hash(int cost) {
  std::string hash = "$2y$" + std::string(cost < 10 ? "0" : "") + std::to_string(cost) + "$";
  hash.append(kSaltBytes, '.');
  // A hash's last character carries 4 bits, so "9" cannot be one.
  hash.append(kHashBytes - kPrefixBytes - kSaltBytes, '9');
  return hash;
}

}  // namespace larder::tokens
