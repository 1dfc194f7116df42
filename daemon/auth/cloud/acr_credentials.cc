#include "daemon/auth/cloud/acr_credentials.h"

#include <chrono>
#include <utility>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/cloud/json_exchange.h"
#include "daemon/auth/cloud/jwt_expiry.h"

namespace larder::auth {

namespace {

// For a refresh token that does not say; the registry's are good for three.
constexpr std::chrono::hours kLifetimeDefault{1};

// In a registry at an operator's own address the management of the public cloud is meant.
std::optional<AzureCloud> cloud_of(const CredentialQuestion& question, const AcrOptions& options) {
  auto cloud = azure_cloud_of(question.host);
  if (!cloud && !options.registry_url.empty()) cloud = azure_cloud_of("any.azurecr.io");
  return cloud;
}

Result<http::ClientRequest> exchange_request(const AcrOptions& options,
                                             const CredentialQuestion& question,
                                             const std::string& entra_token) {
  const bool is_written = !options.registry_url.empty();
  auto url =
      url_below(is_written ? options.registry_url : "https://" + question.host, "/oauth2/exchange");
  if (!url) return url.error();
  if (!is_written && url->authority() != question.host) {
    return Error{Errc::denied, "not the name of a host"};
  }
  std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "access_token"},
                                                          {"service", question.host}};
  if (!options.identity.tenant.empty()) fields.emplace_back("tenant", options.identity.tenant);
  fields.emplace_back("access_token", entra_token);
  auto request = form_request(*std::move(url), fields);
  request.reach = is_written ? http::Reach::anywhere : http::Reach::public_only;
  return request;
}

}  // namespace

Result<std::unique_ptr<AcrCredentials>> AcrCredentials::create(AcrOptions options,
                                                               AcrClients clients,
                                                               const Clock& clock) {
  if (auto good = check(options.identity); !good) return good.error();
  if (!options.registry_url.empty()) {
    const auto url = url_below(options.registry_url, "/");
    if (!url) return in_context("acr: registry", url.error());
  }
  return std::unique_ptr<AcrCredentials>(new AcrCredentials(std::move(options), clients, clock));
}

Result<std::vector<Credential>> AcrCredentials::credentials(const CredentialQuestion& question) {
  const auto cloud = cloud_of(question, options_);
  if (!cloud) return Error{Errc::denied, "acr: " + question.host + " is no registry of Azure's"};
  const WallTime asked = clock_.wall();
  const auto entra_token = get_entra_token(options_.identity, *cloud, clients_.metadata,
                                           clients_.services, question, clock_);
  if (!entra_token) return in_context("acr: Entra ID token", entra_token.error());
  auto request = exchange_request(options_, question, *entra_token);
  if (!request) return in_context("acr: refresh token", request.error());
  const auto answer = ask_for_json(clients_.services, *std::move(request), question, clock_);
  if (!answer) return in_context("acr: refresh token", answer.error());
  auto token = string_at(answer->document, "refresh_token");
  if (!is_token(token)) {
    return Error{Errc::upstream_down, "acr: refresh token: " + question.host + " gave none"};
  }
  const WallTime expires = jwt_expiry(token).value_or(asked + kLifetimeDefault);
  return std::vector{Credential{.identity_token = std::move(token), .expires = expires}};
}

}  // namespace larder::auth
