#include "daemon/auth/tokens/bearer_challenge.h"

#include <algorithm>

#include "daemon/http/ascii.h"
#include "daemon/http/url.h"

namespace larder::tokens {

namespace {

constexpr std::string_view kBearer = "Bearer ";

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (http::is_control(c)) continue;
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  return text + "\"";
}

bool is_token_char(char c) {
  return http::is_alnum(c) || std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

bool is_host_char(char c) {
  return http::is_alnum(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
}

}  // namespace

std::string bearer_challenge(const BearerChallenge& challenge) {
  std::string value = "Bearer realm=" + in_quotes(challenge.realm);
  value += ",service=" + in_quotes(challenge.service);
  if (!challenge.scope.empty()) value += ",scope=" + in_quotes(challenge.scope);
  if (!challenge.error.empty()) value += ",error=" + in_quotes(challenge.error);
  return value;
}

std::string basic_challenge(std::string_view realm) {
  return "Basic realm=" + in_quotes(realm);
}

std::string pull_scope(const std::string& name) {
  return "repository:" + name + ":pull";
}

Result<std::string> realm_of(const http::Headers& headers, bool is_tls, std::string_view path) {
  const auto hosts = headers.find_all("Host");
  if (hosts.size() != 1) return Error{Errc::invalid, "not one Host"};
  const auto url = http::Url::parse((is_tls ? "https://" : "http://") + std::string(hosts[0]));
  const bool is_host = std::all_of(hosts[0].begin(), hosts[0].end(), is_host_char);
  if (!url || !is_host) return Error{Errc::invalid, "a Host that is none"};
  return url->scheme + "://" + url->authority() + std::string(path);
}

Result<std::optional<std::string>> bearer_token(const http::Headers& headers) {
  const auto values = headers.find_all("Authorization");
  if (values.empty()) return std::optional<std::string>();
  if (values.size() > 1) return Error{Errc::invalid, "two Authorization headers"};
  const auto value = values.front();
  if (!http::equals_ignoring_case(value.substr(0, kBearer.size()), kBearer)) {
    return std::optional<std::string>();
  }
  const auto token = http::trim(value.substr(kBearer.size()));
  for (const char c : token) {
    if (!is_token_char(c)) return Error{Errc::invalid, "a Bearer that is no token"};
  }
  if (token.empty()) return Error{Errc::invalid, "a Bearer without a token"};
  return std::optional<std::string>(token);
}

}  // namespace larder::tokens
