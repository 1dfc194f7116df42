// The signing keys as they are at one moment: which one signs, which ones verify.
//
// Thread-safety: const methods from any thread. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/key_times.h"
#include "daemon/auth/tokens/public_key.h"
#include "daemon/auth/tokens/signing_key.h"

namespace larder::tokens {

struct RingKey {
  SigningKey key;
  KeyTimes times{};
};

class KeyRing {
 public:
  // Returns: io when OpenSSL refuses. Requires: at least one key.
  static Result<KeyRing> create(std::vector<RingKey> keys);

  const std::vector<RingKey>& keys() const { return keys_; }
  // In the order of keys().
  std::vector<KeyTimes> times() const;
  const SigningKey& signing_key(WallTime now) const;
  // Of signing_key(now), for its tokens, in DER.
  const std::string& signing_certificate(WallTime now) const;
  // Null for an unknown key.
  const PublicKey* find(std::string_view kid) const;

  // The body of /.well-known/jwks.json: every key, the coming one included.
  const std::string& jwks() const { return jwks_; }
  // The root certificates of the same keys (PEM), for a registry's `rootcertbundle`.
  const std::string& certificate_bundle() const { return bundle_; }

 private:
  explicit KeyRing(std::vector<RingKey> keys);

  std::vector<RingKey> keys_;
  std::vector<PublicKey> public_keys_;     // in the order of keys_
  std::vector<std::string> certificates_;  // likewise
  std::string jwks_;
  std::string bundle_;
};

}  // namespace larder::tokens
