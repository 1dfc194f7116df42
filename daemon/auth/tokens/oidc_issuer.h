// Tokens of others that prove a subject: Kubernetes service accounts and other OIDC issuers.
//
// Thread-safety: any thread. Blocks: while the issuer's keys are fetched (IssuerKeys).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/algorithm.h"
#include "daemon/auth/tokens/claims.h"
#include "daemon/auth/tokens/issuer_keys.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/auth/tokens/subject.h"

namespace larder::tokens {

struct OidcRules {
  std::string name;                    // of the issuer in the config: Subject::issuer
  std::string issuer;                  // `iss`, exactly
  std::vector<std::string> audiences;  // ours; a token must be for one of them
  std::vector<Algorithm> algorithms = all_algorithms();
  std::chrono::seconds leeway{60};
  // A token must be a service account's, and its subject is that. Off: it is another's.
  bool kubernetes = false;
  // This node's name: a token bound to a pod on another one is refused. Empty: not looked at.
  std::string node{};
};

class OidcIssuer {
 public:
  // `keys` and `clock` must outlive it.
  OidcIssuer(OidcRules rules, IssuerKeys& keys, Clock& clock);

  const OidcRules& rules() const { return rules_; }

  // Who it is that `jws`, which claims `claims`, was issued to. Returns: denied, with the reason;
  // upstream_down or timeout when the issuer's keys have never been had.
  Result<Subject> check(const Jws& jws, const Claims& claims);

 private:
  Result<Subject> subject_of(const Jws& jws, const Claims& claims) const;

  const OidcRules rules_;
  IssuerKeys& keys_;
  Clock& clock_;
};

// Picks the issuer by `iss` and `aud`. Issuers may be named twice, with different audiences.
class OidcIssuers {
 public:
  // The issuers must outlive it.
  explicit OidcIssuers(std::vector<OidcIssuer*> issuers) : issuers_(std::move(issuers)) {}

  // Whether a text is a token that names one of the issuers. No other token is meant for them: it
  // may be a password all the same, as some registries' are.
  bool are_named_by(std::string_view text) const;

  // Returns: denied, with a reason that has no byte of the token; otherwise as OidcIssuer::check.
  Result<Subject> check(std::string_view token);

 private:
  const std::vector<OidcIssuer*> issuers_;
};

}  // namespace larder::tokens
