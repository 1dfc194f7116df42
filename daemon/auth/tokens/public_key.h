// A key that signatures are checked with, by OpenSSL itself.
//
// Debian's libcjose (0.6.2.1) was weighed and left out: it parses a token's header a second time
// with another JSON parser that keeps the last of two equal names, takes an ES256 signature of any
// even length on any curve, knows no EdDSA, uses functions that OpenSSL 3 deprecates, and can
// neither make a PEM key nor a certificate, which the room needs anyway. What would be left for it
// is the one call below.
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <memory>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/tokens/algorithm.h"

struct evp_pkey_st;

namespace larder::tokens {

class PublicKey {
 public:
  // Big-endian numbers. Returns: invalid unless the modulus has 2048 to 8192 bits and the exponent
  // is odd, greater than 1 and has at most 64 bits.
  static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // "P-256", "P-384" or "P-521"; coordinates of the curve's full length. Returns: invalid for
  // another curve or length, and for a point that is not on it.
  static Result<PublicKey> ec(std::string_view curve, std::string_view x, std::string_view y);
  static Result<PublicKey> ed25519(std::string_view x);

  // Whether it is a key for that algorithm: RSA keys for RS and PS, an elliptic key for the one
  // algorithm of its curve.
  bool fits(Algorithm algorithm) const;
  // False for a key that does not fit, a signature of the wrong length, and a wrong one.
  bool verifies(Algorithm algorithm, std::string_view message, std::string_view signature) const;

 private:
  enum class Kind { rsa, p256, p384, p521, ed25519 };

  PublicKey(Kind kind, evp_pkey_st* key);

  Kind kind_;
  std::shared_ptr<evp_pkey_st> key_;  // shared by copies of this value; never changed
};

}  // namespace larder::tokens
