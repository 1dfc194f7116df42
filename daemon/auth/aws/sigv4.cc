#include "daemon/auth/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"
#include "daemon/http/query.h"

namespace larder::aws {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
  return std::string(auth::bytes_of(auth::hmac_sha256(key, text)));
}

std::string sha256_hex(std::string_view text) {
  return auth::hex(auth::bytes_of(auth::sha256(text)));
}

// RFC 3986 section 5.2.4; consecutive slashes count as one.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  return segments;
}

// What is on the wire is encoded once; it is encoded again here.
std::string canonical_path(std::string_view path) {
  std::string canonical;
  for (const auto segment : segments_of(path)) canonical += "/" + http::percent_encoded(segment);
  if (canonical.empty() || path.ends_with('/')) canonical += "/";
  return canonical;
}

// However it is written on the wire.
std::string encoded_once(std::string_view text) {
  const auto decoded = http::percent_decoded(text);
  return http::percent_encoded(decoded ? std::string_view(*decoded) : text);
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    const auto equals = std::min(one.find('='), one.size());
    const auto value = one.substr(std::min(equals + 1, one.size()));
    if (!one.empty()) {
      parameters.emplace_back(encoded_once(one.substr(0, equals)), encoded_once(value));
    }
  }
  std::sort(parameters.begin(), parameters.end());
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    canonical.append(canonical.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return canonical;
}

// Trimmed, with one space where there were several.
std::string canonical_value(std::string_view value) {
  std::string canonical;
  for (const char c : http::trim(value)) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && canonical.ends_with(' ')) continue;
    canonical.push_back(is_space ? ' ' : c);
  }
  return canonical;
}

// By name in lower case. What the client or a proxy may set or change is left out.
std::map<std::string, std::string> canonical_headers(const http::ClientRequest& request) {
  constexpr std::array<std::string_view, 8> kUnsigned{
      "accept-encoding",   "authorization", "connection",     "expect", "host",
      "transfer-encoding", "user-agent",    "x-amzn-trace-id"};
  std::map<std::string, std::string> headers{{"host", request.url.authority()}};
  for (const auto& [name, value] : request.headers.fields()) {
    const std::string key = http::to_lower(name);
    if (std::find(kUnsigned.begin(), kUnsigned.end(), key) != kUnsigned.end()) continue;
    const auto [place, is_first] = headers.emplace(key, canonical_value(value));
    if (!is_first) place->second += "," + canonical_value(value);
  }
  return headers;
}

std::string day_of(std::string_view date) {
  return std::string(date.substr(0, 8));
}

}  // namespace

void sign(http::ClientRequest& request, const Keys& keys, const SigningScope& scope, WallTime now) {
  const std::string date = amz_date(now);
  request.headers.set("X-Amz-Date", date);
  if (!keys.session_token.empty()) request.headers.set("X-Amz-Security-Token", keys.session_token);

  const auto canonical = canonical_request(request);
  const std::string text = std::string(kAlgorithm) + "\n" + date + "\n" +
                           credential_scope(date, scope) + "\n" + sha256_hex(canonical.text);
  const std::string signature = auth::hex(hmac(signing_key(keys, date, scope), text));
  request.headers.set("Authorization", std::string(kAlgorithm) +
                                           " Credential=" + keys.access_key_id + "/" +
                                           credential_scope(date, scope) + ", SignedHeaders=" +
                                           canonical.signed_headers + ", Signature=" + signature);
}

CanonicalRequest canonical_request(const http::ClientRequest& request) {
  const auto [path, query] = http::split_target(request.url.target);
  CanonicalRequest canonical;
  canonical.text = request.method + "\n" + canonical_path(path) + "\n" + canonical_query(query);
  canonical.text += "\n";
  for (const auto& [name, value] : canonical_headers(request)) {
    canonical.text.append(name).append(":").append(value).append("\n");
    canonical.signed_headers.append(canonical.signed_headers.empty() ? "" : ";").append(name);
  }
  canonical.text += "\n" + canonical.signed_headers + "\n" + sha256_hex(request.body);
  return canonical;
}

std::string credential_scope(std::string_view date, const SigningScope& scope) {
  return day_of(date) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string signing_key(const Keys& keys, std::string_view date, const SigningScope& scope) {
  const std::string of_day = hmac("AWS4" + keys.secret_access_key, day_of(date));
  return hmac(hmac(hmac(of_day, scope.region), scope.service), "aws4_request");
}

}  // namespace larder::aws
