#include "daemon/auth/token_server.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/local_names.h"
#include "daemon/http/query.h"

namespace larder::auth {

namespace {

// A challenge that names more than this is not answered in full.
constexpr std::size_t kScopesAskedMax = 8;

// As the token specification has it for an answer that does not say.
constexpr std::chrono::seconds kLifetimeDefault{60};
constexpr std::chrono::seconds kLifetimeMax{24 * 60 * 60};

// Of what a challenge wants us to ask for, what a pull needs; nothing when that is none of it.
std::string for_pulling(std::string_view scope) {
  const auto colon = scope.rfind(':');
  if (colon == scope.npos) return std::string(scope);  // has no actions: a word of the registry's
  const std::string actions = "," + std::string(scope.substr(colon + 1)) + ",";
  if (actions.find(",pull,") == actions.npos) return {};
  return std::string(scope.substr(0, colon)) + ":pull";
}

// Some registries name the repository otherwise in the challenge than in the request, or, as ECR
// Public does, another scope altogether: both are asked for.
std::vector<std::string> scopes_to_ask(const std::string& own, std::string_view challenged) {
  std::vector<std::string> scopes{own};
  while (!challenged.empty() && scopes.size() < kScopesAskedMax) {
    const auto end = std::min(challenged.find(' '), challenged.size());
    const std::string scope = for_pulling(challenged.substr(0, end));
    challenged.remove_prefix(std::min(end + 1, challenged.size()));
    const bool known = std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
    if (!scope.empty() && !known) scopes.push_back(scope);
  }
  return scopes;
}

void add_pair(std::string& pairs, std::string_view name, const std::string& value) {
  if (!pairs.empty()) pairs += '&';
  pairs.append(name).append(1, '=').append(http::percent_encoded(value));
}

std::string query_for(const Challenge& challenge, const std::string& scope) {
  std::string query;
  if (!challenge.service.empty()) add_pair(query, "service", challenge.service);
  for (const auto& one : scopes_to_ask(scope, challenge.scope)) add_pair(query, "scope", one);
  return query;
}

// The OAuth2 form of the token specification.
std::string form_for(const Challenge& challenge, const std::string& scope,
                     const std::string& identity_token) {
  std::string scopes;
  for (const auto& one : scopes_to_ask(scope, challenge.scope)) {
    scopes += (scopes.empty() ? "" : " ") + one;
  }
  std::string form;
  add_pair(form, "grant_type", "refresh_token");
  add_pair(form, "service", challenge.service);
  add_pair(form, "client_id", "larder");
  add_pair(form, "scope", scopes);
  add_pair(form, "refresh_token", identity_token);
  return form;
}

void ask_by_get(http::ClientRequest& request, const Challenge& challenge, const std::string& scope,
                const Credential& credential) {
  const bool has_query = request.url.target.find('?') != std::string::npos;
  request.url.target += (has_query ? '&' : '?') + query_for(challenge, scope);
  if (credential != Credential{}) {
    request.headers.add("Authorization", basic_authorization(credential));
  }
}

void ask_by_post(http::ClientRequest& request, const Challenge& challenge, const std::string& scope,
                 const Credential& credential) {
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = form_for(challenge, scope, credential.identity_token);
}

bool is_usable(const std::string& token) {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::chrono::seconds lifetime_in(const nlohmann::json& object) {
  const auto found = object.find("expires_in");
  if (found == object.end() || !found->is_number()) return kLifetimeDefault;
  const auto seconds = found->get<double>();
  if (!(seconds >= 1)) return kLifetimeDefault;
  return std::chrono::seconds(
      static_cast<std::int64_t>(std::min<double>(seconds, kLifetimeMax.count())));
}

}  // namespace

std::string basic_authorization(const Credential& credential) {
  return "Basic " + base64(credential.username + ":" + credential.password);
}

Result<http::ClientRequest> token_request(const Challenge& challenge, const std::string& scope,
                                          const Credential& credential, const http::Url& endpoint,
                                          const TrustBoundary& boundary) {
  auto realm = http::Url::parse(challenge.realm);
  if (!realm) return Error{Errc::denied, "the token realm is no URL"};
  if (endpoint.is_https() && !realm->is_https()) {
    return Error{Errc::denied,
                 "the token realm " + realm->authority() + " is http, and its upstream https"};
  }
  if (!realm_belongs_to(*realm, endpoint, boundary)) {
    return Error{Errc::denied, "the token realm " + realm->authority() +
                                   " is outside the trust boundary, which `realms` widens"};
  }
  http::ClientRequest request;
  request.url = *realm;
  request.headers.add("Accept", "application/json");
  const bool by_post = !credential.identity_token.empty();
  (by_post ? ask_by_post : ask_by_get)(request, challenge, scope, credential);
  // A local address that the operator wrote; another host is only the upstream's word.
  const bool own_host = realm->host == endpoint.host;
  const bool is_written =
      (own_host && http::is_local_or_metadata_host(realm->host)) ||
      std::find(boundary.begin(), boundary.end(), realm->host) != boundary.end();
  request.reach = is_written ? http::Reach::anywhere : http::Reach::public_only;
  request.with_certificate = own_host;
  return request;
}

Result<IssuedToken> parse_token_answer(const std::string& body) {
  const auto answer = parse_bounded_json(body, body.size());
  if (!answer.is_object()) return Error{Errc::upstream_down, "the token answer is no JSON object"};
  auto token = string_at(answer, "token");
  if (token.empty()) token = string_at(answer, "access_token");
  if (!is_usable(token)) return Error{Errc::upstream_down, "the token answer has no usable token"};
  return IssuedToken{std::move(token), lifetime_in(answer)};
}

}  // namespace larder::auth
