// Hashes, keyed hashes and random bytes, by OpenSSL.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace larder::auth {

// As a key of a hash table: its bytes are as good as random.
using Sum = std::array<unsigned char, 32>;
struct SumHash {
  std::size_t operator()(const Sum& sum) const {
    std::size_t hash = 0;
    std::memcpy(&hash, sum.data(), sizeof hash);
    return hash;
  }
};

Sum sha256(std::string_view bytes);
Sum hmac_sha256(std::string_view key, std::string_view bytes);
std::string_view bytes_of(const Sum& sum);

// CHECKs that there are any: without, no secret would be one.
std::string random_bytes(std::size_t count);

// In a time that depends on the lengths alone.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace larder::auth
