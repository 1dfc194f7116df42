#include "daemon/auth/tokens/token_request.h"

#include <algorithm>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/form.h"
#include "daemon/auth/tokens/jws.h"
#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::tokens {

namespace {

// RFC 8693 section 3; a Kubernetes service account token is a JWT.
constexpr std::string_view kSubjectTokenTypes[] = {
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
    kAccessTokenUrn,
};
constexpr std::string_view kJwtUrn = kSubjectTokenTypes[0];

ParsedRequest refused(std::string_view code, std::string description) {
  return {std::nullopt, {code, std::move(description)}};
}

ParsedRequest invalid(std::string description) {
  return refused("invalid_request", std::move(description));
}

// The single parameters of a form: what is given twice is a mistake, which is found once for all.
class Single {
 public:
  explicit Single(const Form& form) : form_(form) {}

  std::string operator[](std::string_view name) {
    auto value = form_.one(name);
    if (value) return std::move(*value);
    if (mistake_.empty()) mistake_ = value.error().context;
    return {};
  }
  const std::string& mistake() const { return mistake_; }

 private:
  const Form& form_;
  std::string mistake_;
};

bool has_body_type(const http::Headers& headers) {
  const auto value = headers.find("Content-Type").value_or("");
  return http::equals_ignoring_case(http::trim(value.substr(0, value.find(';'))),
                                    "application/x-www-form-urlencoded");
}

std::vector<std::string> without_empty(std::vector<std::string> texts) {
  texts.erase(std::remove(texts.begin(), texts.end(), std::string()), texts.end());
  return texts;
}

ParsedRequest parse_get(const http::Request& request) {
  const auto form = Form::parse(http::split_target(request.target).query);
  if (!form) return invalid(form.error().context);
  auto scope = parse_scopes(form->all("scope"));
  if (!scope) return refused("invalid_scope", scope.error().context);
  Single single(*form);
  TokenRequest parsed;
  const std::string service = single["service"];
  if (!service.empty()) parsed.services = {service};
  parsed.offline = single["offline_token"] == "true" || single["access_type"] == "offline";
  if (!single.mistake().empty()) return invalid(single.mistake());
  auto basic = basic_credentials(request.headers);
  if (!basic) return refused("invalid_client", basic.error().context);
  parsed.basic = std::move(*basic);
  parsed.scope = std::move(*scope);
  return {std::move(parsed), {}};
}

ParsedRequest take_password(Single& single, TokenRequest parsed) {
  std::string username = single["username"];
  std::string password = single["password"];
  if (username.empty() && password.empty()) return invalid("neither username nor password");
  parsed.basic.emplace(std::move(username), std::move(password));
  return {std::move(parsed), {}};
}

ParsedRequest take_refresh_token(Single& single, TokenRequest parsed) {
  parsed.refresh_token = single["refresh_token"];
  if (parsed.refresh_token.empty()) return invalid("no refresh_token");
  return {std::move(parsed), {}};
}

ParsedRequest take_subject_token(Single& single, TokenRequest parsed) {
  parsed.form = TokenRequest::Form::exchange;
  parsed.subject_token = single["subject_token"];
  const std::string type = single["subject_token_type"];
  const std::string wanted = single["requested_token_type"];
  if (parsed.subject_token.empty()) return invalid("no subject_token");
  const bool known = std::find(std::begin(kSubjectTokenTypes), std::end(kSubjectTokenTypes),
                               type) != std::end(kSubjectTokenTypes);
  if (!known) return invalid("a subject_token_type that is not taken");
  if (!single["actor_token"].empty()) return invalid("nobody may act for another here");
  if (!wanted.empty() && wanted != kAccessTokenUrn && wanted != kJwtUrn) {
    return invalid("a requested_token_type that is not issued");
  }
  return {std::move(parsed), {}};
}

ParsedRequest take_grant(Single& single, TokenRequest parsed) {
  const std::string grant = single["grant_type"];
  if (grant == kPasswordGrant) return take_password(single, std::move(parsed));
  if (grant == kRefreshGrant) return take_refresh_token(single, std::move(parsed));
  if (grant == kExchangeGrant) return take_subject_token(single, std::move(parsed));
  if (grant.empty()) return invalid("no grant_type");
  return refused("unsupported_grant_type", "a grant_type that is not taken");
}

ParsedRequest parse_post(const http::Request& request) {
  if (!has_body_type(request.headers)) {
    return invalid("the body is not application/x-www-form-urlencoded");
  }
  const auto form = Form::parse(request.body);
  if (!form) return invalid(form.error().context);
  auto scope = parse_scopes(form->all("scope"));
  if (!scope) return refused("invalid_scope", scope.error().context);
  Single single(*form);
  TokenRequest parsed;
  parsed.form = TokenRequest::Form::oauth_post;
  // RFC 8693 names the service as its audience, and allows several.
  parsed.services = without_empty(form->all("audience"));
  if (const std::string service = single["service"]; !service.empty()) {
    parsed.services.push_back(service);
  }
  parsed.offline = single["access_type"] == "offline" || single["offline_token"] == "true";
  parsed.scope = std::move(*scope);
  auto taken = take_grant(single, std::move(parsed));
  if (taken.request && !single.mistake().empty()) return invalid(single.mistake());
  return taken;
}

}  // namespace

ParsedRequest parse_token_request(const http::Request& request) {
  return request.method == "POST" ? parse_post(request) : parse_get(request);
}

Result<std::optional<std::pair<std::string, std::string>>> basic_credentials(
    const http::Headers& headers) {
  using Credentials = std::optional<std::pair<std::string, std::string>>;
  const auto values = headers.find_all("Authorization");
  if (values.empty()) return Credentials();
  constexpr std::string_view kScheme = "Basic ";
  const auto value = values.front();
  if (values.size() > 1 || value.size() > 2 * kTokenBytesMax ||
      !http::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) {
    return Error{Errc::invalid, "Authorization: not Basic"};
  }
  const auto decoded = auth::base64_decoded(http::trim(value.substr(kScheme.size())));
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos ||
      std::any_of(decoded->begin(), decoded->end(), http::is_control)) {
    return Error{Errc::invalid, "Authorization: no Basic credentials"};
  }
  return Credentials(std::pair(decoded->substr(0, colon), decoded->substr(colon + 1)));
}

}  // namespace larder::tokens
