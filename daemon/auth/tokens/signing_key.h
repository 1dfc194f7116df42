// A P-256 key that Larder signs its tokens with (ES256).
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/tokens/public_key.h"

struct evp_pkey_st;

namespace larder::tokens {

class SigningKey {
 public:
  // Returns: io when OpenSSL refuses.
  static Result<SigningKey> generate();
  // From the private number, 32 bytes big-endian. Returns: invalid when it is not in the curve's
  // range.
  static Result<SigningKey> from_secret(std::string_view secret);

  // RFC 7638: the base64url SHA-256 of the public key as a JWK.
  const std::string& kid() const { return kid_; }
  // The point's coordinates, 32 bytes each.
  const std::string& x() const { return x_; }
  const std::string& y() const { return y_; }
  // 32 bytes. For the key file alone.
  std::string secret() const;

  // r and s, 64 bytes. Returns: io when OpenSSL refuses.
  Result<std::string> sign(std::string_view message) const;
  PublicKey public_key() const;

  // For registries that trust certificates instead of keys, in DER: what such a registry is given
  // to trust (it signs itself), and what a token carries (the first one signs it). Each call, here
  // or on another node, makes others, which can stand for these: names and keys are the same.
  // Returns: io when OpenSSL refuses.
  Result<std::string> root_certificate() const;
  Result<std::string> token_certificate() const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;  // shared by copies of this value; never changed
  std::string x_;
  std::string y_;
  std::string kid_;
};

// The private numbers of the PEM blocks that are private keys; other blocks are passed over.
// Returns: invalid when there is none, one is encrypted, or one is not on P-256.
Result<std::vector<SigningKey>> read_pem_keys(std::string_view pem);

// A certificate as PEM.
std::string pem_certificate(std::string_view der);

}  // namespace larder::tokens
