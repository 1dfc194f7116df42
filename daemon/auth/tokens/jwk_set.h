// The public keys of an issuer (RFC 7517), as a JWKS document lists them.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/tokens/algorithm.h"
#include "daemon/auth/tokens/public_key.h"

namespace larder::tokens {

inline constexpr std::size_t kJwksBytesMax = 256 * 1024;

class JwkSet {
 public:
  // Keys that are for something else (use, key_ops, alg), of a kind that is not taken, or without a
  // kid are left out: an issuer may have them for others. Symmetric keys always are.
  // Returns: invalid when the text is no JWK set, has more than 256 keys, or none is left.
  static Result<JwkSet> parse(std::string_view text);

  // The key `kid` if it may check `algorithm`; null when there is none.
  const PublicKey* find(std::string_view kid, Algorithm algorithm) const;
  bool knows(std::string_view kid) const;
  std::size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string kid;
    std::optional<Algorithm> algorithm;  // the only one, where the document says so
    PublicKey key;
  };

  static std::optional<Key> parse_key(const void* jwk);

  std::vector<Key> keys_;
};

}  // namespace larder::tokens
