#include "daemon/auth/tokens/token_issuer.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

// Other nodes' clocks may be a little behind.
constexpr std::chrono::seconds kNotBeforeMargin{10};

std::string header_text(std::string_view type, const SigningKey& key,
                        const std::string* certificate) {
  // Registries know "JWT" in capitals.
  nlohmann::json header{{"typ", type == kAccessTokenType ? "JWT" : std::string(type)},
                        {"alg", "ES256"},
                        {"kid", key.kid()}};
  if (certificate != nullptr) header["x5c"] = {auth::base64(*certificate)};
  return json_text(header);
}

}  // namespace

std::string refresh_audience(const TokenRules& rules) {
  return "refresh " + rules.service;
}

std::string identity_audience(const TokenRules& rules) {
  return "identity " + rules.service;
}

TokenIssuer::TokenIssuer(TokenRules rules, SigningKeys& keys, Clock& clock)
    : rules_(std::move(rules)), keys_(keys), clock_(clock) {}

Result<SignedToken> TokenIssuer::access_token(const Subject& subject,
                                              const std::vector<Access>& access,
                                              std::chrono::seconds lifetime) const {
  if (lifetime <= std::chrono::seconds(0)) lifetime = rules_.lifetime;
  return sign(kAccessTokenType, rules_.service, subject, access,
              std::min(lifetime, rules_.lifetime_max));
}

Result<SignedToken> TokenIssuer::refresh_token(const Subject& subject) const {
  // A certificate is shown again; who is nobody asks again.
  const bool needs_none =
      subject.kind == Subject::Kind::certificate || subject.kind == Subject::Kind::anonymous;
  const bool has_an_end = subject.expires && subject.kind != Subject::Kind::user;
  if (needs_none || (subject.stamp.empty() && !has_an_end)) {
    return Error{Errc::denied, "no refresh token: its subject cannot be looked up again"};
  }
  return sign(kRefreshTokenType, refresh_audience(rules_), subject, {}, rules_.refresh_lifetime);
}

Result<SignedToken> TokenIssuer::identity_token(const Subject& subject) const {
  return sign(kIdentityTokenType, identity_audience(rules_), subject, {}, rules_.identity_lifetime);
}

Result<SignedToken> TokenIssuer::sign(std::string_view type, const std::string& audience,
                                      const Subject& subject, const std::vector<Access>& access,
                                      std::chrono::seconds lifetime) const {
  const auto now = clock_.wall();
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  auto expires = issued_at + lifetime;
  if (subject.expires) {
    expires = std::min(expires, std::chrono::floor<std::chrono::seconds>(*subject.expires));
  }
  if (expires <= issued_at) return Error{Errc::denied, "what proved the subject has expired"};
  const auto ring = keys_.ring();
  const SigningKey& key = ring->signing_key(now);
  const bool is_access = type == kAccessTokenType;
  OwnClaims claims{rules_.issuer,
                   audience,
                   subject,
                   access,
                   issued_at - kNotBeforeMargin,
                   issued_at,
                   expires,
                   auth::base64url(auth::random_bytes(16))};
  // Others read access tokens, and need not know.
  if (is_access) claims.subject.stamp.clear();
  const bool certified = rules_.with_certificate && is_access;
  const std::string message =
      auth::base64url(
          header_text(type, key, certified ? &ring->signing_certificate(now) : nullptr)) +
      "." + auth::base64url(own_claims_text(claims));
  auto signature = key.sign(message);
  if (!signature) return signature.error();
  std::string token = message + "." + auth::base64url(*signature);
  if (token.size() > kTokenBytesMax) {
    return Error{Errc::invalid, "more is asked for than a token can say"};
  }
  return SignedToken{std::move(token), std::move(claims.id), issued_at, expires - issued_at};
}

}  // namespace larder::tokens
