#include "daemon/auth/tokens/jwks_source.h"

#include <utility>

#include "cache/base/small_file.h"
#include "daemon/auth/tokens/jwk_set.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kDiscoveryBytesMax = 64 * 1024;
constexpr std::size_t kBearerBytesMax = 64 * 1024;

std::string well_known(std::string issuer) {
  while (issuer.ends_with('/')) issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

Result<std::string> read_bearer(const std::filesystem::path& file) {
  auto token = read_small_file(file, kBearerBytesMax);
  if (!token) return token.error();
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  if (token->empty()) return Error{Errc::invalid, file.string() + " is empty"};
  return token;
}

}  // namespace

Result<std::string> FileJwks::fetch(MonoTime) {
  return read_small_file(file_, kJwksBytesMax);
}

HttpJwks::HttpJwks(HttpJwksOptions options, http::Url first, http::Client& client,
                   std::stop_token stop)
    : options_(std::move(options)),
      first_(std::move(first)),
      client_(client),
      stop_(std::move(stop)) {}

Result<std::unique_ptr<HttpJwks>> HttpJwks::create(HttpJwksOptions options, http::Client& client,
                                                   std::stop_token stop) {
  std::string url = options.jwks_url;
  if (url.empty()) url = options.discovery_url;
  if (url.empty()) url = well_known(options.issuer);
  auto first = http::Url::parse(url);
  if (!first) return in_context("the issuer's keys", first.error());
  if (options.issuer.starts_with("https:") && !first->is_https()) {
    return Error{Errc::invalid, "the keys of an https issuer over plain http"};
  }
  return std::unique_ptr<HttpJwks>(
      new HttpJwks(std::move(options), std::move(*first), client, std::move(stop)));
}

Result<std::string> HttpJwks::fetch(MonoTime deadline) {
  auto document = get(first_, deadline);
  if (!document || !options_.jwks_url.empty()) return document;
  const auto keys = discovered(*document);
  if (!keys) return in_context(first_.without_query(), keys.error());
  return get(*keys, deadline);
}

Result<std::string> HttpJwks::get(const http::Url& url, MonoTime deadline) {
  http::ClientRequest request;
  request.url = url;
  request.headers.add("Accept", "application/json");
  request.deadline = deadline;
  // The issuer's document may name another host, but none inside.
  const bool is_own = url.same_origin(first_);
  request.reach = is_own ? http::Reach::anywhere : http::Reach::public_only;
  if (is_own && !options_.bearer_token_file.empty()) {
    const auto bearer = read_bearer(options_.bearer_token_file);
    if (!bearer) return bearer.error();
    request.headers.add("Authorization", "Bearer " + *bearer);
  }
  auto response = http::send_buffered(client_, request, kJwksBytesMax, stop_);
  if (!response) return in_context(url.without_query(), response.error());
  if (response->head.status != 200) {
    return Error{Errc::upstream_down,
                 url.without_query() + ": status " + std::to_string(response->head.status)};
  }
  return std::move(response->body);
}

Result<http::Url> HttpJwks::discovered(const std::string& document) const {
  const auto object = parse_strict_object(document, kDiscoveryBytesMax);
  if (!object) return Error{Errc::upstream_down, object.error().context};
  const auto issuer = text_member(*object, "issuer");
  if (!issuer || *issuer != options_.issuer) {
    return Error{Errc::upstream_down, "the document is another issuer's"};
  }
  const auto uri = text_member(*object, "jwks_uri", 2048);
  auto url = uri ? http::Url::parse(*uri) : Result<http::Url>(uri.error());
  if (!url) return Error{Errc::upstream_down, "the document's jwks_uri is no URL"};
  if (first_.is_https() && !url->is_https()) {
    return Error{Errc::denied, "the document's jwks_uri leaves https"};
  }
  return url;
}

}  // namespace larder::tokens
