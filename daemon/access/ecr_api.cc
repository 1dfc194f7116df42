#include "daemon/access/ecr_api.h"

#include <utility>

#include "daemon/access/ecr_place.h"
#include "daemon/auth/tokens/bearer_challenge.h"
#include "daemon/auth/tokens/certified_subject.h"
#include "daemon/auth/tokens/token_replies.h"

namespace larder::access {

namespace {

constexpr std::string_view kEndpoint = "ecr";

// As AWS says it, for the client; the log says more.
const aws::ServiceError kUnknownKey{"UnrecognizedClientException",
                                    "The security token included in the request is invalid."};
const aws::ServiceError kNoCredentials{"MissingAuthenticationTokenException",
                                       "Missing Authentication Token"};
// Clients sign anew and try again.
const aws::ServiceError kUsedBefore{"ThrottlingException",
                                    "The same signed request came before: sign it anew."};
const aws::ServiceError kForTenants{
    "AccessDeniedException",
    "This endpoint checks what each client may pull with the client's own credential for the "
    "registry, and gives none: get it from the registry's own API."};

// RFC 6749's word, as the other refusals of tokens have it.
std::string_view outcome_of(const aws::ServiceError& error) {
  if (error.code == "AccessDeniedException") return "access_denied";
  if (error.code == "ServerException" || error.code == kUsedBefore.code) {
    return tokens::kUnavailable;
  }
  const bool is_about_the_question =
      error.code == "UnknownOperationException" || error.code == "SerializationException" ||
      error.code == "InvalidParameterException" || error.code == "ValidationException";
  return is_about_the_question ? "invalid_request" : tokens::kWrongCredentials;
}

}  // namespace

http::Response EcrApi::answer(const http::Request& request) {
  if (parts_.issuer == nullptr) return refuse(request, kForTenants, "auth: tenant");
  const auto parsed = aws::parse_ecr_question(request);
  if (!parsed.question) return refuse(request, parsed.error, parsed.error.message);
  const auto signature = aws::find_request_signature(request.headers);
  if (!signature.ok()) {
    const auto& why = signature.error().context;
    return refuse(request, {"IncompleteSignatureException", why}, why);
  }
  auto proven = prove(request, *signature, *parsed.question);
  if (!proven.subject) return refuse(request, proven.refusal, proven.cause);
  return give(request, *parsed.question, *signature, *proven.subject);
}

EcrApi::Proven EcrApi::prove(const http::Request& request, const Signature& signature,
                             const aws::EcrQuestion& question) const {
  Proven by_key;
  if (signature) by_key = prove_by_key(request, *signature, question);
  if (by_key.subject || (signature && by_key.refusal.code != kUnknownKey.code)) return by_key;
  if (auto subject = tokens::certified_subject(request)) return {std::move(subject), {}, {}};
  if (signature) return by_key;
  if (parts_.anonymous) return {tokens::Subject(), {}, {}};
  return {{}, kNoCredentials, "neither a signature nor a certificate"};
}

EcrApi::Proven EcrApi::prove_by_key(const http::Request& request,
                                    const aws::RequestSignature& signature,
                                    const aws::EcrQuestion& question) const {
  const auto keys = parts_.access_keys == nullptr ? nullptr : parts_.access_keys->keys();
  const auto* const key = keys == nullptr ? nullptr : keys->find(signature.access_key_id);
  if (key == nullptr) {
    return {{}, kUnknownKey, "the access key " + signature.access_key_id + " is not known"};
  }
  Status checked = aws::check_request_signature(request, signature, key->secret, question.service(),
                                                parts_.clock.wall());
  if (checked.ok()) checked = check_place(request, signature.scope, parts_.hosts);
  const std::string whose = "the access key " + signature.access_key_id + " of " + key->subject;
  if (!checked.ok()) {
    const auto& why = checked.error().context;
    return {{}, {"InvalidSignatureException", why}, whose + ": " + why};
  }
  // Nobody records what is encrypted, and some clients that share a key sign alike in one second.
  if (request.tls == nullptr && !parts_.used.use(signature.signature)) {
    return {{}, kUsedBefore, whose + ": the signature was used before"};
  }
  tokens::Subject subject;
  subject.kind = tokens::Subject::Kind::user;
  subject.name = key->subject;
  subject.stamp = key->stamp;
  return {std::move(subject), {}, {}};
}

http::Response EcrApi::give(const http::Request& request, const aws::EcrQuestion& question,
                            const Signature& signature, const tokens::Subject& subject) {
  const auto own = tokens::realm_of(request.headers, /*is_tls=*/true, "");
  if (!own.ok()) return refuse(request, {"ValidationException", "no Host"}, own.error().context);
  const auto token = parts_.issuer->identity_token(subject);
  if (!token.ok()) {
    const bool has_ended = token.error().code == Errc::denied;
    return refuse(request, {has_ended ? "ExpiredTokenException" : "ServerException", "no token"},
                  token.error().context);
  }
  parts_.observer.token_asked({request.listener,
                               request.peer,
                               to_string(subject.kind),
                               subject.name,
                               "issued",
                               {},
                               token->id,
                               kEndpoint});
  auto reply =
      aws::ecr_token_reply(question, {token->token, token->issued_at + token->lifetime, token->id},
                           *own, signature ? signature->scope.region : "");
  reply.admission = http::Admission{.subject_kind = std::string(to_string(subject.kind)),
                                    .subject = subject.name,
                                    .token_id = token->id};
  return reply;
}

http::Response EcrApi::refuse(const http::Request& request, const aws::ServiceError& error,
                              const std::string& cause) {
  parts_.observer.token_asked({request.listener,
                               request.peer,
                               {},
                               {},
                               outcome_of(error),
                               error.code + ": " + cause,
                               {},
                               kEndpoint});
  return aws::service_refusal(error);
}

}  // namespace larder::access
