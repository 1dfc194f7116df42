#include "daemon/cli/proxy_rules.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/base/check.h"
#include "daemon/auth/credential_sources.h"
#include "daemon/auth/token_server.h"
#include "daemon/http/query.h"

namespace larder::cli {

namespace {

struct Variable {
  std::string name;
  std::string value;  // empty when it is not set
};

Variable find_variable(const Environment& environment, const char* lower, const char* upper) {
  for (const char* name : {lower, upper}) {
    const char* value = environment(name);
    if (value != nullptr && *value != '\0') return {name, value};
  }
  return {upper, ""};
}

// "http://user:password@host" in two.
struct UrlAndUser {
  std::string url;
  std::optional<std::string> user;
};

UrlAndUser split_user(const std::string& text) {
  const auto scheme_end = text.find("://");
  const std::string whole = scheme_end == std::string::npos ? "http://" + text : text;
  const auto begin = whole.find("://") + 3;
  const auto at = whole.substr(0, whole.find_first_of("/?#", begin)).rfind('@');
  if (at == std::string::npos) return {whole, std::nullopt};
  return {whole.substr(0, begin) + whole.substr(at + 1), whole.substr(begin, at - begin)};
}

Result<auth::Credential> credential_in(std::string_view user) {
  const auto colon = std::min(user.find(':'), user.size());
  auto username = http::percent_decoded(user.substr(0, colon));
  auto password = http::percent_decoded(user.substr(std::min(colon + 1, user.size())));
  if (!username) return username.error();
  if (!password) return password.error();
  return auth::Credential{*std::move(username), *std::move(password)};
}

Result<std::optional<http::Proxy>> proxy_in(const Variable& variable) {
  if (variable.value.empty()) return std::optional<http::Proxy>();
  const Error malformed{Errc::invalid, variable.name + " is no URL such as http://host:3128"};
  const auto [text, user] = split_user(variable.value);
  auto url = http::Url::parse(text);
  if (!url) return malformed;
  http::Proxy proxy{*std::move(url)};
  if (user) {
    const auto credential = credential_in(*user);
    if (!credential) return malformed;
    proxy.authorization = [value = auth::basic_authorization(*credential)] { return value; };
  }
  return std::optional(std::move(proxy));
}

http::NoProxy no_proxy_in(const std::string& list) {
  std::vector<std::string> entries;
  for (std::string_view rest = list; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    entries.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return http::NoProxy(entries);
}

std::unique_ptr<auth::CredentialSource> credentials_of(const config::Proxy& proxy) {
  if (!proxy.password.file.empty()) {
    return std::make_unique<auth::FileCredentials>(proxy.username, proxy.password.file);
  }
  return std::make_unique<auth::EnvironmentCredentials>(proxy.username, proxy.password.environment);
}

http::Proxy server_of(const config::Proxy& proxy) {
  http::Proxy server{http::Url::parse(proxy.url).value()};
  if (proxy.username.empty()) return server;
  // Shared by the copies of the function.
  const std::shared_ptr<auth::CredentialSource> source = credentials_of(proxy);
  server.authorization = [source]() -> Result<std::string> {
    const auto credentials = source->credentials({});
    if (!credentials) return credentials.error();
    return credentials->empty() ? std::string() : auth::basic_authorization(credentials->front());
  };
  return server;
}

}  // namespace

Result<http::ProxyRules> environment_proxies(const Environment& environment) {
  auto for_http = proxy_in(find_variable(environment, "http_proxy", "HTTP_PROXY"));
  if (!for_http) return for_http.error();
  auto for_https = proxy_in(find_variable(environment, "https_proxy", "HTTPS_PROXY"));
  if (!for_https) return for_https.error();
  const auto no_proxy = find_variable(environment, "no_proxy", "NO_PROXY");
  return http::ProxyRules{*std::move(for_http), *std::move(for_https), no_proxy_in(no_proxy.value)};
}

http::ProxyRules proxies_of(const config::Proxy& proxy, const http::ProxyRules& environment) {
  if (proxy.kind == config::ProxyKind::environment) return environment;
  if (proxy.kind == config::ProxyKind::none) return {};
  const auto server = server_of(proxy);
  return {server, server, http::NoProxy(proxy.no_proxy)};
}

}  // namespace larder::cli
