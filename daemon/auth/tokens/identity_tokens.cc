#include "daemon/auth/tokens/identity_tokens.h"

#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/auth/tokens/jws.h"

namespace larder::tokens {

bool IdentityTokens::is_one(std::string_view password) {
  if (!looks_like_jws(password)) return false;
  const auto jws = parse_jws(password);
  return jws.ok() && jws->type == kIdentityTokenType;
}

Result<Subject> IdentityTokens::check(std::string_view token, const http::Request& request) {
  const auto claims = verifier_.verify_identity(token);
  if (!claims.ok()) return claims.error();
  Subject subject = (*claims)->subject;
  const bool is_current =
      subject.kind != Subject::Kind::user ||
      (access_keys_ != nullptr && access_keys_->keys()->has(subject.name, subject.stamp));
  if (!is_current) return Error{Errc::denied, "the access key it was given for is no more"};
  if (subject.kind == Subject::Kind::anonymous && !takes_anonymous_) {
    return Error{Errc::denied, "it was given to nobody in particular, which is not allowed now"};
  }
  if (!counts_at(subject, request)) return Error{Errc::denied, kOtherAuthorities};
  subject.stamp.clear();  // no refresh token comes of it
  subject.expires = (*claims)->expires;
  return subject;
}

}  // namespace larder::tokens
