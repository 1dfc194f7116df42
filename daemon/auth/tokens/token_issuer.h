// Signs Larder's tokens: access tokens for a service; refresh tokens and identity tokens for
// itself.
//
// None can ever be taken for another, here or elsewhere: each has a type and an audience of its
// own, which is no service's. Thread-safety: any thread. Blocks: no.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/access.h"
#include "daemon/auth/tokens/own_claims.h"
#include "daemon/auth/tokens/signing_keys.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::tokens {

struct TokenRules {
  std::string issuer;   // `iss`, the same on every node that shares the keys
  std::string service;  // `aud` of access tokens: the name that challenges give
  std::chrono::seconds lifetime{300};
  std::chrono::seconds lifetime_max{3600};  // for who asks for longer ones
  std::chrono::seconds refresh_lifetime{std::chrono::hours(24)};
  std::chrono::seconds identity_lifetime{std::chrono::hours(12)};  // as ECR's
  // With the key's certificate in the header (x5c), for registries that take no JWKS.
  bool with_certificate = false;
};

inline constexpr std::string_view kAccessTokenType = "jwt";
inline constexpr std::string_view kRefreshTokenType = "refresh+jwt";
inline constexpr std::string_view kIdentityTokenType = "identity+jwt";
// `aud` of refresh tokens and of identity tokens. No service is called so: they have a space.
std::string refresh_audience(const TokenRules& rules);
std::string identity_audience(const TokenRules& rules);

struct SignedToken {
  std::string token;  // secret
  std::string id;     // `jti`: what a log may say of it
  WallTime issued_at;
  std::chrono::seconds lifetime;
};

class TokenIssuer {
 public:
  // `keys` and `clock` must outlive the issuer.
  TokenIssuer(TokenRules rules, SigningKeys& keys, Clock& clock);

  // Ends after `lifetime` (the rules' own when 0, their maximum at most), and no later than what
  // proved the subject. Returns: denied when that has ended; invalid when the access is too much
  // for one token; io when it cannot be signed.
  Result<SignedToken> access_token(const Subject& subject, const std::vector<Access>& access,
                                   std::chrono::seconds lifetime = {}) const;
  // Returns: as access_token; denied for a certificate's subject, which shows it each time, and for
  // a user whose secret cannot be looked up again, or whoever else has no end of his own.
  Result<SignedToken> refresh_token(const Subject& subject) const;
  // Says who somebody is and allows nothing: a password for the token endpoint (IdentityTokens).
  // Returns: as access_token.
  Result<SignedToken> identity_token(const Subject& subject) const;

  const TokenRules& rules() const { return rules_; }

 private:
  Result<SignedToken> sign(std::string_view type, const std::string& audience,
                           const Subject& subject, const std::vector<Access>& access,
                           std::chrono::seconds lifetime) const;

  const TokenRules rules_;
  SigningKeys& keys_;
  Clock& clock_;
};

}  // namespace larder::tokens
