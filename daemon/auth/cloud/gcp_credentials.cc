#include "daemon/auth/cloud/gcp_credentials.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/cloud/json_exchange.h"
#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

constexpr double kLifetimeSecondsMax = 24.0 * 3600;

std::string metadata_url(const std::string& configured) {
  if (!configured.empty()) return configured;
  const char* host = std::getenv("GCE_METADATA_HOST");
  const bool is_set = host != nullptr && *host != '\0';
  return "http://" + std::string(is_set ? host : "metadata.google.internal");
}

bool is_account(std::string_view name) {
  return !name.empty() && name.size() <= 256 && std::ranges::all_of(name, [](char c) {
    return http::is_alnum(c) || std::string_view("@.-_").find(c) != std::string_view::npos;
  });
}

std::optional<std::chrono::seconds> lifetime_in(const nlohmann::json& document) {
  const auto found = document.find("expires_in");
  if (found == document.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!(seconds >= 1)) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(std::min(seconds, kLifetimeSecondsMax)));
}

Error bad(const http::Url& url, const std::string& what) {
  return {Errc::upstream_down, url.authority() + ": " + what};
}

}  // namespace

Result<std::unique_ptr<GcpCredentials>> GcpCredentials::create(const GcpOptions& options,
                                                               http::Client& client,
                                                               const Clock& clock) {
  if (!is_account(options.service_account)) {
    return Error{Errc::invalid, "gcp: not the name of a service account"};
  }
  auto url = url_below(
      metadata_url(options.metadata_url),
      "/computeMetadata/v1/instance/service-accounts/" + options.service_account + "/token");
  if (!url) return in_context("gcp: metadata server", url.error());
  return std::unique_ptr<GcpCredentials>(new GcpCredentials(*std::move(url), client, clock));
}

Result<std::vector<Credential>> GcpCredentials::credentials(const CredentialQuestion& question) {
  http::ClientRequest request;
  request.url = url_;
  request.headers.add("Metadata-Flavor", "Google");
  request.reach = http::Reach::anywhere;
  const WallTime asked = clock_.wall();
  const auto answer = ask_for_json(client_, std::move(request), question, clock_);
  if (!answer) return answer.error();
  // Whatever else answers at that address does not say so.
  if (answer->head.headers.find("Metadata-Flavor") != "Google") {
    return bad(url_, "not a metadata server of Google's");
  }
  auto token = string_at(answer->document, "access_token");
  const auto lifetime = lifetime_in(answer->document);
  if (!is_token(token) || !lifetime) return bad(url_, "no usable token");
  return std::vector{Credential{
      .username = "oauth2accesstoken", .password = std::move(token), .expires = asked + *lifetime}};
}

}  // namespace larder::auth
