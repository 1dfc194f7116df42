#include "daemon/auth/tokens/htpasswd.h"

#include <algorithm>

#include "daemon/auth/tokens/bcrypt.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kUserBytesMax = 255;

Error wrong(std::size_t line, const std::string& what) {
  return {Errc::invalid, "line " + std::to_string(line) + ": " + what};
}

bool is_user(std::string_view user) {
  return !user.empty() && user.size() <= kUserBytesMax &&
         std::none_of(user.begin(), user.end(), http::is_control);
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// What apache's tool calls the kinds that are refused.
const char* kind_of(std::string_view hash) {
  if (hash.starts_with("$apr1$")) return "MD5 (apr1)";
  if (hash.starts_with("{SHA}")) return "SHA-1";
  if (hash.starts_with("$5$")) return "SHA-256";
  if (hash.starts_with("$6$")) return "SHA-512";
  return "plain text, crypt or damaged";
}

}  // namespace

Result<Htpasswd> Htpasswd::parse(std::string_view text) {
  if (text.size() > kHtpasswdBytesMax) return Error{Errc::invalid, "larger than 1 MiB"};
  Htpasswd users;
  int highest_cost = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    if (line.empty() || line.starts_with('#')) continue;
    const auto colon = line.find(':');
    const std::string user(line.substr(0, colon));
    if (colon == std::string_view::npos || !is_user(user)) return wrong(number, "not user:hash");
    const std::string hash(line.substr(colon + 1));
    const auto cost = bcrypt_cost(hash);
    if (!cost) {
      return wrong(number, "the hash of " + user + " is " + kind_of(hash) +
                               ", and only bcrypt is taken (htpasswd -B)");
    }
    if (*cost > kBcryptCostMax) {
      return wrong(number,
                   "the hash of " + user + " has a cost above " + std::to_string(kBcryptCostMax));
    }
    if (!users.hashes_.emplace(user, hash).second) return wrong(number, user + " is there twice");
    highest_cost = std::max(highest_cost, *cost);
  }
  if (users.hashes_.empty()) return Error{Errc::invalid, "no users"};
  users.impossible_ = impossible_bcrypt_hash(highest_cost);
  return users;
}

const std::string& Htpasswd::hash_of(const std::string& user) const {
  const auto found = hashes_.find(user);
  return found == hashes_.end() ? impossible_ : found->second;
}

}  // namespace larder::tokens
