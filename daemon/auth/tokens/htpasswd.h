// An htpasswd file: who has which password, as bcrypt hashes.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "cache/base/result.h"

namespace larder::tokens {

inline constexpr std::size_t kHtpasswdBytesMax = 1 << 20;

class Htpasswd {
 public:
  // "user:hash" a line; empty lines and those that begin with "#" are passed over.
  // Returns: invalid, naming line and user but no hash, for another kind of hash than bcrypt, a
  // cost above kBcryptCostMax, a user twice, a line of another form, or a file without users.
  static Result<Htpasswd> parse(std::string_view text);

  // The user's hash; one of the same cost that no password has when there is no such user.
  const std::string& hash_of(const std::string& user) const;
  bool has(const std::string& user) const { return hashes_.count(user) != 0; }
  std::size_t size() const { return hashes_.size(); }

 private:
  std::map<std::string, std::string> hashes_;  // by user
  std::string impossible_;
};

}  // namespace larder::tokens
