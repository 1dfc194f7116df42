#include "daemon/auth/tokens/claims.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

// With them Larder's own token still fits into the head of a request.
constexpr std::size_t kGroupsBytesMax = 6 * 1024;

Error denied(const char* why) {
  return {Errc::denied, std::string("token: ") + why};
}

bool is_for(const Claims& claims, const std::vector<std::string>& audiences) {
  return std::any_of(claims.audiences.begin(), claims.audiences.end(), [&](const auto& audience) {
    return !audience.empty() &&
           std::find(audiences.begin(), audiences.end(), audience) != audiences.end();
  });
}

}  // namespace

Result<Claims> parse_claims(std::string_view payload) {
  const auto object = parse_strict_object(payload, kTokenBytesMax);
  if (!object) return in_context("token: claims", object.error());
  auto issuer = text_member(*object, "iss");
  auto subject = text_member(*object, "sub");
  auto audiences = texts_member(*object, "aud");
  auto expires = time_member(*object, "exp");
  auto not_before = time_member(*object, "nbf");
  auto issued_at = time_member(*object, "iat");
  auto id = text_member(*object, "jti");
  const bool fits = issuer.ok() && subject.ok() && audiences.ok() && expires.ok() &&
                    not_before.ok() && issued_at.ok() && id.ok();
  if (!fits) return Error{Errc::invalid, "token: a claim of the wrong kind"};
  return Claims{std::move(*issuer), std::move(*subject), std::move(*audiences), *expires,
                *not_before,        *issued_at,          std::move(*id)};
}

Result<std::vector<std::string>> parse_groups(std::string_view payload) {
  const auto object = parse_strict_object(payload, kTokenBytesMax);
  if (!object) return in_context("token: claims", object.error());
  auto groups = texts_member(*object, "groups", kGroupsMax);
  if (!groups) return Error{Errc::invalid, "token: groups that are not what they have to be"};
  std::size_t bytes = 0;
  for (const auto& group : *groups) bytes += group.size();
  if (bytes > kGroupsBytesMax) return Error{Errc::invalid, "token: more groups than are taken"};
  return groups;
}

Status check_claims(const Claims& claims, const ClaimRules& rules, WallTime now) {
  if (claims.issuer != rules.issuer) return denied("another issuer");
  if (!is_for(claims, rules.audiences)) return denied("another audience");
  if (!claims.expires) return denied("it would never expire");
  if (now - rules.leeway >= *claims.expires) return denied("expired");
  if (claims.not_before && now + rules.leeway < *claims.not_before) return denied("not yet valid");
  if (claims.issued_at && now + rules.leeway < *claims.issued_at) {
    return denied("issued in the future");
  }
  return {};
}

}  // namespace larder::tokens
