// The token endpoint of a listener (`/token`): who asks proves who they are, and gets a short-lived
// token for what the policy allows them of what they ask for.
//
// Proofs are, in this order: a refresh token, a subject token, a name and password (a password that
// is a token of a trusted issuer is taken as a subject token: that is how containerd hands over a
// service account's; one that is an identity token of ours as that), a client certificate. With
// none of them the subject is anonymous, where that is allowed. Thread-safety: any thread. Blocks:
// as PasswordChecker and OidcIssuers do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/tokens/access_decider.h"
#include "daemon/auth/tokens/identity_tokens.h"
#include "daemon/auth/tokens/oidc_issuer.h"
#include "daemon/auth/tokens/password_checker.h"
#include "daemon/auth/tokens/subject.h"
#include "daemon/auth/tokens/token_issuer.h"
#include "daemon/auth/tokens/token_replies.h"
#include "daemon/auth/tokens/token_request.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "daemon/http/message.h"

namespace larder::tokens {

// What became of a token request: for one log line and the metrics. Nothing in it is secret.
struct TokenEvent {
  std::string_view listener;
  std::string_view peer;
  std::string_view subject_kind;  // "user"; empty when nobody was recognised
  std::string_view subject;
  std::string_view outcome;  // "issued", or RFC 6749's word for the refusal
  std::string_view cause;    // why it was refused
  std::string_view token_id;
  std::string_view endpoint = "/token";  // or "ecr", or "control"
};

// Thread-safety: any thread. Must not block.
class TokenObserver {
 public:
  virtual ~TokenObserver() = default;
  virtual void token_asked(const TokenEvent& event) = 0;
};

struct TokenServiceOptions {
  bool anonymous = false;                // tokens for who proves nothing
  bool certificates = false;             // and for who shows a client certificate
  PasswordChecker* passwords = nullptr;  // null: no passwords are taken
  OidcIssuers* issuers = nullptr;        // null: no tokens of others are taken
  IdentityTokens* identities = nullptr;  // null: no identity tokens of ours are taken
};

class TokenService final : public http::Handler {
 public:
  // Everything given must outlive the service.
  TokenService(TokenServiceOptions options, const TokenIssuer& issuer, TokenVerifier& verifier,
               const AccessDecider& decider, TokenObserver& observer);

  // GET, HEAD and POST, whatever the path.
  http::Response handle(const http::Request& request) override;
  void finished(const http::Request&, const http::Exchange&) override {}

 private:
  struct Proven {
    std::optional<Subject> subject{};
    Refusal refusal{};  // when there is no subject
  };

  Proven prove(const http::Request& request, const TokenRequest& asked);
  Proven prove_by_refresh_token(const std::string& token);
  Proven prove_by_subject_token(const std::string& token, bool exchange);
  Proven prove_by_password(const http::Request& request, const TokenRequest& asked);
  bool is_for_us(const TokenRequest& asked) const;
  std::vector<Access> allowed(const http::Request& request, const Subject& subject,
                              const std::vector<Access>& scope) const;
  http::Response issue(const http::Request& request, const TokenRequest& asked,
                       const Subject& subject);
  http::Response refuse(const http::Request& request, const Refusal& refusal,
                        const Subject* subject = nullptr);

  const TokenServiceOptions options_;
  const TokenIssuer& issuer_;
  TokenVerifier& verifier_;
  const AccessDecider& decider_;
  TokenObserver& observer_;
};

}  // namespace larder::tokens
