#include "daemon/auth/cloud/entra_token.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "cache/base/small_file.h"
#include "daemon/auth/bounded_json.h"
#include "daemon/auth/cloud/json_exchange.h"
#include "daemon/http/query.h"

namespace larder::auth {

namespace {

constexpr std::size_t kTokenFileBytesMax = 32 * 1024;

constexpr std::array<AzureCloud, 3> kClouds{
    {{".azurecr.io", "https://login.microsoftonline.com", "https://management.azure.com"},
     {".azurecr.cn", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn"},
     {".azurecr.us", "https://login.microsoftonline.us", "https://management.usgovcloudapi.net"}}};

void set_if_empty(std::string& value, const char* variable) {
  const char* found = value.empty() ? std::getenv(variable) : nullptr;
  if (found != nullptr) value = found;
}

// Without a slash at its end, which one of the two flows adds.
std::string resource_of(const EntraOptions& options, const AzureCloud& cloud) {
  std::string resource(options.resource.empty() ? cloud.resource : options.resource);
  while (resource.ends_with('/')) resource.pop_back();
  return resource;
}

Result<http::ClientRequest> managed_request(const EntraOptions& options, const AzureCloud& cloud) {
  std::string target = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" +
                       http::percent_encoded(resource_of(options, cloud) + "/");
  if (!options.client_id.empty())
    target += "&client_id=" + http::percent_encoded(options.client_id);
  auto url = url_below(options.metadata_url, target);
  if (!url) return url.error();
  http::ClientRequest request;
  request.url = *std::move(url);
  request.headers.add("Metadata", "true");
  request.reach = http::Reach::anywhere;
  return request;
}

Result<std::string> read_assertion(const std::string& file) {
  auto token = read_small_file(file, kTokenFileBytesMax);
  if (!token) return token;
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  if (!is_token(*token)) return Error{Errc::invalid, file + " has no token"};
  return token;
}

Result<http::ClientRequest> workload_request(const EntraOptions& options, const AzureCloud& cloud) {
  const bool is_written = !options.authority.empty();
  auto url = url_below(is_written ? options.authority : std::string(cloud.authority),
                       "/" + http::percent_encoded(options.tenant) + "/oauth2/v2.0/token");
  if (!url) return url.error();
  auto assertion = read_assertion(options.token_file);
  if (!assertion) return assertion.error();
  auto request = form_request(
      *std::move(url),
      {{"grant_type", "client_credentials"},
       {"client_id", options.client_id},
       {"scope", resource_of(options, cloud) + "/.default"},
       {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
       {"client_assertion", *std::move(assertion)}});
  request.reach = is_written ? http::Reach::anywhere : http::Reach::public_only;
  return request;
}

}  // namespace

std::optional<AzureCloud> azure_cloud_of(std::string_view host) {
  for (const auto& cloud : kClouds) {
    if (host.ends_with(cloud.registry_suffix) && host.size() > cloud.registry_suffix.size()) {
      return cloud;
    }
  }
  return std::nullopt;
}

EntraOptions with_environment(EntraOptions options) {
  set_if_empty(options.client_id, "AZURE_CLIENT_ID");
  set_if_empty(options.tenant, "AZURE_TENANT_ID");
  set_if_empty(options.token_file, "AZURE_FEDERATED_TOKEN_FILE");
  set_if_empty(options.authority, "AZURE_AUTHORITY_HOST");
  return options;
}

Status check(const EntraOptions& options) {
  if (options.kind == EntraOptions::Kind::managed) {
    const auto url = url_below(options.metadata_url, "/");
    return url ? Status() : in_context("acr: metadata service", url.error());
  }
  if (options.client_id.empty()) return Error{Errc::invalid, "acr: no client id"};
  if (options.tenant.empty()) return Error{Errc::invalid, "acr: no tenant"};
  if (options.token_file.empty()) return Error{Errc::invalid, "acr: no token file"};
  if (options.authority.empty()) return {};
  const auto url = url_below(options.authority, "/");
  return url ? Status() : in_context("acr: authority", url.error());
}

Result<std::string> get_entra_token(const EntraOptions& options, const AzureCloud& cloud,
                                    http::Client& metadata, http::Client& services,
                                    const CredentialQuestion& question, const Clock& clock) {
  const bool is_managed = options.kind == EntraOptions::Kind::managed;
  auto request = is_managed ? managed_request(options, cloud) : workload_request(options, cloud);
  if (!request) return request.error();
  const std::string who = request->url.authority();
  const auto answer =
      ask_for_json(is_managed ? metadata : services, *std::move(request), question, clock);
  if (!answer) return answer.error();
  auto token = string_at(answer->document, "access_token");
  if (!is_token(token)) return Error{Errc::upstream_down, who + ": no usable token"};
  return token;
}

}  // namespace larder::auth
