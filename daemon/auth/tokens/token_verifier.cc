#include "daemon/auth/tokens/token_verifier.h"

#include <string>
#include <utility>

#include "daemon/auth/tokens/claims.h"
#include "daemon/auth/tokens/jws.h"

namespace larder::tokens {

namespace {

Error denied(std::string why, std::string_view cause = {}) {
  return {Errc::denied, std::move(why), cause};
}

}  // namespace

TokenVerifier::TokenVerifier(TokenRules rules, SigningKeys& keys, Clock& clock,
                             std::size_t remembered_max)
    : rules_(std::move(rules)), keys_(keys), clock_(clock), remembered_max_(remembered_max) {}

Result<std::shared_ptr<const OwnClaims>> TokenVerifier::verify(std::string_view token) {
  return verify(token, kAccessTokenType, rules_.service);
}

Result<std::shared_ptr<const OwnClaims>> TokenVerifier::verify_identity(std::string_view token) {
  return verify(token, kIdentityTokenType, identity_audience(rules_));
}

// Each type has its own audience, so what is remembered of one is never good for the other.
Result<TokenVerifier::Claims> TokenVerifier::verify(std::string_view token, std::string_view type,
                                                    const std::string& audience) {
  if (token.size() > kTokenBytesMax) return denied("token: too large");
  const auth::Sum sum = auth::sha256(token);
  const auto ring = keys_.ring();
  if (auto known = find(sum, ring); known != nullptr && known->audience == audience) {
    if (auto in_time = check_times(*known); !in_time) return in_time.error();
    return known;
  }
  auto claims = check(token, type, audience);
  if (!claims) return claims.error();
  auto shared = std::make_shared<const OwnClaims>(std::move(*claims));
  remember(sum, shared, ring);
  return shared;
}

Result<OwnClaims> TokenVerifier::verify_refresh(std::string_view token) {
  return check(token, kRefreshTokenType, refresh_audience(rules_));
}

bool TokenVerifier::is_own(std::string_view password) const {
  if (!looks_like_jws(password)) return false;
  const auto jws = parse_jws(password);
  if (!jws) return false;
  if (jws->type == kIdentityTokenType || jws->type == kRefreshTokenType) return true;
  const auto claims = parse_claims(jws->payload);
  return claims && claims->issuer == rules_.issuer;
}

std::size_t TokenVerifier::remembered() const {
  MutexLock lock(mutex_);
  return places_.size();
}

Result<OwnClaims> TokenVerifier::check(std::string_view token, std::string_view type,
                                       const std::string& audience) {
  const auto jws = parse_jws(token);
  if (!jws) return denied(jws.error().context);
  if (jws->type != type) return denied("token: of another type");
  const auto ring = keys_.find(jws->kid);
  if (ring == nullptr) return denied("token: signed with an unknown key");
  if (!ring->find(jws->kid)->verifies(jws->algorithm, jws->signed_part, jws->signature)) {
    return denied("token: a wrong signature");
  }
  auto claims = parse_own_claims(jws->payload);
  if (!claims) return denied(claims.error().context);
  if (claims->issuer != rules_.issuer) return denied("token: of another issuer");
  if (claims->audience != audience) return denied("token: for another service");
  if (auto in_time = check_times(*claims); !in_time) return in_time.error();
  return claims;
}

// Nodes that share keys have clocks that agree about as well as others do.
Status TokenVerifier::check_times(const OwnClaims& claims) const {
  constexpr std::chrono::seconds kLeeway{60};
  const auto now = clock_.wall();
  if (now >= claims.expires) return denied("token: expired", kExpiredCause);
  if (now + kLeeway < claims.not_before) return denied("token: not yet valid");
  return {};
}

std::shared_ptr<const OwnClaims> TokenVerifier::find(const auth::Sum& sum,
                                                     const std::shared_ptr<const KeyRing>& ring) {
  MutexLock lock(mutex_);
  if (ring != ring_) {
    // A key that is gone takes its tokens along.
    places_.clear();
    order_.clear();
    ring_ = ring;
    return nullptr;
  }
  const auto found = places_.find(sum);
  if (found == places_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->claims;
}

void TokenVerifier::remember(const auth::Sum& sum, std::shared_ptr<const OwnClaims> claims,
                             const std::shared_ptr<const KeyRing>& ring) {
  MutexLock lock(mutex_);
  // It was checked with keys that may be gone by now.
  if (ring != ring_ || places_.count(sum) != 0) return;
  order_.push_front({sum, std::move(claims)});
  places_.emplace(sum, order_.begin());
  if (order_.size() <= remembered_max_) return;
  places_.erase(order_.back().sum);
  order_.pop_back();
}

}  // namespace larder::tokens
