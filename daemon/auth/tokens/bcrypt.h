// bcrypt, as `htpasswd -B` writes it, by libxcrypt.
//
// Thread-safety: functions of their arguments. Blocks: no, but it is meant to take long: 4 ms at
// cost 5 to seconds at cost 15, on one core.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace larder::tokens {

inline constexpr int kBcryptCostMax = 15;           // beyond, one login takes a core for seconds
inline constexpr std::size_t kBcryptBytesMax = 72;  // what bcrypt looks at

// The cost of a well-formed hash ("$2y$10$…", 60 characters); nothing for anything else.
std::optional<int> bcrypt_cost(std::string_view hash);

// False for a password longer than bcrypt looks at, or with a NUL: part of it would count for all
// of it. Requires: bcrypt_cost(hash).
bool bcrypt_matches(std::string_view password, const std::string& hash);

// A hash of that cost that no password has, and that takes as long to find out.
std::string impossible_bcrypt_hash(int cost);

}  // namespace larder::tokens
