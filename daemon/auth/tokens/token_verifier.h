// Checks Larder's own tokens, as requests bring them.
//
// A token that was good is remembered by its SHA-256 until it expires or the keys change, so that a
// request with a warm one costs a hash and a look-up.
// Thread-safety: any thread. Blocks: on disk, at most once a second, for a token whose key is
// unknown.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/tokens/own_claims.h"
#include "daemon/auth/tokens/signing_keys.h"
#include "daemon/auth/tokens/token_issuer.h"

namespace larder::tokens {

// The causes of a refusal (Error::cause), for logs and metrics.
inline constexpr std::string_view kExpiredCause = "expired";

class TokenVerifier {
 public:
  // The issuer and the service are those of `rules`. `keys` and `clock` must outlive the verifier.
  TokenVerifier(TokenRules rules, SigningKeys& keys, Clock& clock,
                std::size_t remembered_max = 4096);

  // An access token. Returns: denied, without a byte of the token in the context, when it is not
  // one that a node with these keys signed for this service, or has expired.
  Result<std::shared_ptr<const OwnClaims>> verify(std::string_view token);

  // An identity token. Whether its subject is still so is not looked up. Returns: as verify().
  Result<std::shared_ptr<const OwnClaims>> verify_identity(std::string_view token);

  // A refresh token. Its subject is still to be looked up. Returns: as verify().
  Result<OwnClaims> verify_refresh(std::string_view token);

  // Whether `password` means to be a token of Larder's, good or not: what only a Larder gives, or
  // anything that names our issuer.
  bool is_own(std::string_view password) const;

  std::size_t remembered() const EXCLUDES(mutex_);

 private:
  using Claims = std::shared_ptr<const OwnClaims>;
  struct Remembered {
    auth::Sum sum;
    std::shared_ptr<const OwnClaims> claims;
  };
  using Order = std::list<Remembered>;

  Result<Claims> verify(std::string_view token, std::string_view type, const std::string& audience);
  Result<OwnClaims> check(std::string_view token, std::string_view type,
                          const std::string& audience);
  Status check_times(const OwnClaims& claims) const;
  std::shared_ptr<const OwnClaims> find(const auth::Sum& sum,
                                        const std::shared_ptr<const KeyRing>& ring)
      EXCLUDES(mutex_);
  void remember(const auth::Sum& sum, std::shared_ptr<const OwnClaims> claims,
                const std::shared_ptr<const KeyRing>& ring) EXCLUDES(mutex_);

  const TokenRules rules_;
  SigningKeys& keys_;
  Clock& clock_;
  const std::size_t remembered_max_;
  mutable Mutex mutex_;
  std::shared_ptr<const KeyRing> ring_ GUARDED_BY(mutex_);  // what the tokens were checked with
  Order order_ GUARDED_BY(mutex_);                          // the latest used first
  std::unordered_map<auth::Sum, Order::iterator, auth::SumHash> places_ GUARDED_BY(mutex_);
};

}  // namespace larder::tokens
