#include "daemon/auth/tokens/oidc_issuer.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/tokens/service_account.h"

namespace larder::tokens {

namespace {

Error denied(std::string why) {
  return {Errc::denied, std::move(why)};
}

// A refresh token of Larder's own, or anything else that says that it proves no identity. OIDC id
// tokens, RFC 9068 access tokens and Kubernetes' (which have none) do.
bool may_prove_identity(const std::string& type) {
  return type.empty() || type == "jwt" || type == "at+jwt";
}

}  // namespace

OidcIssuer::OidcIssuer(OidcRules rules, IssuerKeys& keys, Clock& clock)
    : rules_(std::move(rules)), keys_(keys), clock_(clock) {}

// The claims come first: they cost nothing, and a token that is refused for them anyway must not
// make anybody fetch keys. They are believed only once the signature is.
Result<Subject> OidcIssuer::check(const Jws& jws, const Claims& claims) {
  if (!may_prove_identity(jws.type)) return denied("token: of another type");
  const auto& taken = rules_.algorithms;
  if (std::find(taken.begin(), taken.end(), jws.algorithm) == taken.end()) {
    return denied("token: an algorithm that is not taken");
  }
  const ClaimRules rules{rules_.issuer, rules_.audiences, rules_.leeway};
  if (auto fits = check_claims(claims, rules, clock_.wall()); !fits) return fits.error();
  const auto keys = keys_.find(jws.kid);
  if (!keys) return keys.error();
  const PublicKey* const key = (*keys)->find(jws.kid, jws.algorithm);
  if (key == nullptr) return denied("token: a key that is not for its algorithm");
  if (!key->verifies(jws.algorithm, jws.signed_part, jws.signature)) {
    return denied("token: a wrong signature");
  }
  return subject_of(jws, claims);
}

Result<Subject> OidcIssuer::subject_of(const Jws& jws, const Claims& claims) const {
  if (claims.subject.empty()) return denied("token: no subject");
  Subject subject;
  subject.kind = Subject::Kind::oidc;
  subject.name = claims.subject;
  subject.issuer = rules_.name;
  subject.expires = claims.expires;
  if (!rules_.kubernetes) {
    auto groups = parse_groups(jws.payload);
    if (!groups) return denied(groups.error().context);
    subject.groups = std::move(*groups);
    return subject;
  }
  auto account = parse_service_account(jws.payload);
  if (!account) return denied(account.error().context);
  if (claims.subject != account->subject()) return denied("token: its subject is another account");
  const bool is_bound = !account->node.empty();
  if (!rules_.node.empty() && is_bound && account->node != rules_.node) {
    return denied("token: bound to another node");
  }
  subject.kind = Subject::Kind::service_account;
  subject.namespace_name = std::move(account->namespace_name);
  subject.service_account = std::move(account->name);
  subject.pod = std::move(account->pod);
  subject.node = std::move(account->node);
  return subject;
}

bool OidcIssuers::are_named_by(std::string_view text) const {
  const auto jws = looks_like_jws(text) ? parse_jws(text) : Result<Jws>(denied("no token"));
  const auto claims = jws ? parse_claims(jws->payload) : Result<Claims>(jws.error());
  return claims && std::any_of(issuers_.begin(), issuers_.end(), [&](const auto* issuer) {
           return issuer->rules().issuer == claims->issuer;
         });
}

Result<Subject> OidcIssuers::check(std::string_view token) {
  const auto jws = parse_jws(token);
  if (!jws) return denied(jws.error().context);
  const auto claims = parse_claims(jws->payload);
  if (!claims) return denied(claims.error().context);
  Error refused = denied("token: of an issuer that is not trusted");
  for (OidcIssuer* const issuer : issuers_) {
    if (issuer->rules().issuer != claims->issuer) continue;
    auto subject = issuer->check(*jws, *claims);
    if (subject || subject.error().code != Errc::denied) return subject;
    refused = subject.error();
  }
  return refused;
}

}  // namespace larder::tokens
