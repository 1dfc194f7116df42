#include "daemon/auth/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "daemon/auth/aws/time_text.h"
#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/http/ascii.h"

namespace larder::aws {

namespace {

std::string hmac(std::string_view key, std::string_view text) {
  return std::string(auth::bytes_of(auth::hmac_sha256(key, text)));
}

std::string sha256_hex(std::string_view text) {
  return auth::hex(auth::bytes_of(auth::sha256(text)));
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
  const std::string signature = signature_of(canonical, keys, date, scope);
  request.headers.set("Authorization", std::string(kAlgorithm) +
                                           " Credential=" + keys.access_key_id + "/" +
                                           credential_scope(date, scope) + ", SignedHeaders=" +
                                           canonical.signed_headers + ", Signature=" + signature);
}

CanonicalRequest canonical_request(const http::ClientRequest& request) {
  return canonical_request(
      {request.method, request.url.target, canonical_headers(request), request.body});
}

std::string credential_scope(std::string_view date, const SigningScope& scope) {
  return day_of(date) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string signing_key(const Keys& keys, std::string_view date, const SigningScope& scope) {
  const std::string of_day = hmac("AWS4" + keys.secret_access_key, day_of(date));
  return hmac(hmac(hmac(of_day, scope.region), scope.service), "aws4_request");
}

std::string signature_of(const CanonicalRequest& request, const Keys& keys, std::string_view date,
                         const SigningScope& scope) {
  const std::string text = std::string(kAlgorithm) + "\n" + std::string(date) + "\n" +
                           credential_scope(date, scope) + "\n" + sha256_hex(request.text);
  return auth::hex(hmac(signing_key(keys, date, scope), text));
}

}  // namespace larder::aws
