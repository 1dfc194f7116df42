#include "daemon/auth/tokens/token_service.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/auth/tokens/jws.h"

namespace larder::tokens {

namespace {

// Wrong credentials, or that nobody can tell now. Why is for the log; the client learns no more
// than that they are wrong.
Refusal refusal_of(const Error& error, std::string_view code) {
  if (error.code == Errc::denied || error.code == Errc::invalid) return {code, error.context};
  return {kUnavailable, error.context};
}

bool is_known_method(const http::Request& request) {
  return request.method == "GET" || request.method == "POST" || request.is_head();
}

std::string told(const Refusal& refusal) {
  if (refusal.code == kWrongCredentials) return "authentication failed";
  if (refusal.code == kUnavailable) return "try again later";
  return refusal.description;
}

}  // namespace

TokenService::TokenService(TokenServiceOptions options, const TokenIssuer& issuer,
                           TokenVerifier& verifier, const AccessDecider& decider,
                           TokenObserver& observer)
    : options_(options),
      issuer_(issuer),
      verifier_(verifier),
      decider_(decider),
      observer_(observer) {}

http::Response TokenService::handle(const http::Request& request) {
  if (!is_known_method(request)) return method_reply();
  const auto parsed = parse_token_request(request);
  if (!parsed.request) return refuse(request, {parsed.error.code, parsed.error.description});
  const TokenRequest& asked = *parsed.request;
  if (!is_for_us(asked)) {
    const bool exchange = asked.form == TokenRequest::Form::exchange;
    return refuse(request, {exchange ? "invalid_target" : "invalid_request",
                            "no tokens are issued for that service"});
  }
  const auto proven = prove(request, asked);
  if (!proven.subject) return refuse(request, proven.refusal);
  return issue(request, asked, *proven.subject);
}

TokenService::Proven TokenService::prove(const http::Request& request, const TokenRequest& asked) {
  if (!asked.refresh_token.empty()) return prove_by_refresh_token(asked.refresh_token);
  if (!asked.subject_token.empty()) {
    return prove_by_subject_token(asked.subject_token, /*exchange=*/true);
  }
  if (asked.basic) return prove_by_password(request, asked);
  if (options_.certificates) {
    if (auto subject = certified_subject(request)) return {std::move(subject), {}};
  }
  if (options_.anonymous) return {Subject(), {}};
  return {std::nullopt, {kWrongCredentials, "no credentials"}};
}

// What the token says of its subject must still be true: a user who is gone, or has another
// password, has no use of it.
TokenService::Proven TokenService::prove_by_refresh_token(const std::string& token) {
  auto claims = verifier_.verify_refresh(token);
  if (!claims) return {std::nullopt, refusal_of(claims.error(), kWrongCredentials)};
  Subject subject = std::move(claims->subject);
  if (subject.kind == Subject::Kind::user) {
    const auto stamp =
        options_.passwords == nullptr ? std::nullopt : options_.passwords->stamp(subject.name);
    if (!stamp || *stamp != subject.stamp) {
      return {std::nullopt, {kWrongCredentials, "the refresh token's user has changed"}};
    }
  } else {
    subject.expires = claims->expires;
  }
  return {std::move(subject), {}};
}

TokenService::Proven TokenService::prove_by_subject_token(const std::string& token, bool exchange) {
  // RFC 8693 section 2.2.2 calls a bad subject token a bad request.
  const std::string_view code = exchange ? "invalid_request" : kWrongCredentials;
  if (options_.issuers == nullptr) {
    return {std::nullopt, {code, "no tokens of others are taken here"}};
  }
  auto subject = options_.issuers->check(token);
  if (!subject) return {std::nullopt, refusal_of(subject.error(), code)};
  return {std::move(*subject), {}};
}

TokenService::Proven TokenService::prove_by_password(const http::Request& request,
                                                     const TokenRequest& asked) {
  const auto& [username, password] = *asked.basic;
  if (options_.identities != nullptr && IdentityTokens::is_one(password)) {
    auto subject = options_.identities->check(password, request);
    if (!subject) return {std::nullopt, refusal_of(subject.error(), kWrongCredentials)};
    return {std::move(*subject), {}};
  }
  const bool takes_tokens = options_.issuers != nullptr;
  const bool is_token =
      takes_tokens && (options_.issuers->are_named_by(password) ||
                       (options_.passwords == nullptr && looks_like_jws(password)));
  if (is_token) {
    return prove_by_subject_token(password, /*exchange=*/false);
  }
  if (options_.passwords == nullptr) {
    return {std::nullopt, {kWrongCredentials, "no passwords are taken here"}};
  }
  // Who checks passwords may hand them on, as tenants' are to the image's upstream.
  if (verifier_.is_own(password)) {
    return {std::nullopt, {kWrongCredentials, "a token of Larder's own is no password here"}};
  }
  auto subject =
      options_.passwords->check({username, password, asked.scope, request.listener, request.peer});
  if (!subject) return {std::nullopt, refusal_of(subject.error(), kWrongCredentials)};
  return {std::move(*subject), {}};
}

bool TokenService::is_for_us(const TokenRequest& asked) const {
  return std::all_of(asked.services.begin(), asked.services.end(),
                     [&](const auto& service) { return service == issuer_.rules().service; });
}

std::vector<Access> TokenService::allowed(const http::Request& request, const Subject& subject,
                                          const std::vector<Access>& scope) const {
  std::vector<Access> granted;
  for (const auto& access : scope) {
    Access may = access;
    may.actions.clear();
    for (const auto& action : access.actions) {
      if (decider_.may({subject, access.type, access.name, action, request.listener, request.peer,
                        request.tls != nullptr})) {
        may.actions.push_back(action);
      }
    }
    if (!may.actions.empty()) granted.push_back(std::move(may));
  }
  return granted;
}

http::Response TokenService::issue(const http::Request& request, const TokenRequest& asked,
                                   const Subject& subject) {
  auto access = allowed(request, subject, asked.scope);
  auto token = issuer_.access_token(subject, access);
  if (!token) {
    const bool too_much = token.error().code == Errc::invalid;
    return refuse(request,
                  refusal_of(token.error(), too_much ? "invalid_scope" : kWrongCredentials),
                  &subject);
  }
  Granted granted{std::move(*token), std::move(access)};
  if (!asked.refresh_token.empty()) {
    // The same again: no chain of refreshes outlives the first one.
    granted.refresh_token = asked.refresh_token;
  } else if (asked.offline) {
    if (auto refresh = issuer_.refresh_token(subject)) {
      granted.refresh_token = std::move(refresh->token);
    }
  }
  observer_.token_asked({request.listener,
                         request.peer,
                         to_string(subject.kind),
                         subject.name,
                         "issued",
                         {},
                         granted.token.id});
  auto reply = token_reply(asked.form, granted);
  reply.admission = http::Admission{.subject_kind = std::string(to_string(subject.kind)),
                                    .subject = subject.name,
                                    .token_id = granted.token.id};
  return reply;
}

http::Response TokenService::refuse(const http::Request& request, const Refusal& refusal,
                                    const Subject* subject) {
  const std::string_view kind = subject == nullptr ? "" : to_string(subject->kind);
  const std::string_view name = subject == nullptr ? std::string_view() : subject->name;
  observer_.token_asked(
      {request.listener, request.peer, kind, name, refusal.code, refusal.description, {}});
  return refusal_reply(request.method == "POST", issuer_.rules().service,
                       {refusal.code, told(refusal)});
}

}  // namespace larder::tokens
