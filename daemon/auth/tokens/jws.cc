#include "daemon/auth/tokens/jws.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/strict_json.h"
#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

Error malformed_jws(std::string_view what) {
  return {Errc::invalid, "token: " + std::string(what)};
}

// Header members that would have the token's sender choose the key or the rules.
constexpr const char* kForbidden[] = {"jwk", "jku", "x5u", "crit", "b64", "zip", "enc"};

std::string media_type(const std::string& typ) {
  std::string type = http::to_lower(typ);
  constexpr std::string_view kPrefix = "application/";
  if (type.starts_with(kPrefix)) type.erase(0, kPrefix.size());
  return type;
}

Status read_header(const nlohmann::json& header, Jws& jws) {
  for (const char* name : kForbidden) {
    if (header.contains(name)) return malformed_jws(std::string("a header with ") + name);
  }
  const auto name = text_member(header, "alg");
  const auto algorithm = name ? parse_algorithm(*name) : std::nullopt;
  if (!algorithm) return malformed_jws("an algorithm that is not taken");
  auto kid = text_member(header, "kid");
  if (!kid || kid->empty()) return malformed_jws("no kid");
  const auto type = text_member(header, "typ");
  if (!type) return malformed_jws("a typ that is none");
  jws.algorithm = *algorithm;
  jws.kid = std::move(*kid);
  jws.type = media_type(*type);
  return {};
}

}  // namespace

Result<Jws> parse_jws(std::string_view token) {
  if (token.size() > kTokenBytesMax) return malformed_jws("too large");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return malformed_jws("not three parts");
  const auto header_text = auth::base64url_decoded(token.substr(0, first));
  auto payload = auth::base64url_decoded(token.substr(first + 1, second - first - 1));
  auto signature = auth::base64url_decoded(token.substr(second + 1));
  if (!header_text || !payload || !signature) return malformed_jws("no base64url");
  if (signature->empty()) return malformed_jws("no signature");
  const auto header = parse_strict_object(*header_text, kTokenBytesMax);
  if (!header) return malformed_jws("header: " + header.error().context);
  Jws jws;
  if (auto read = read_header(*header, jws); !read) return read.error();
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  jws.signed_part = token.substr(0, second);
  return jws;
}

bool looks_like_jws(std::string_view text) {
  // base64url of `{"` and of `{ `, `{` with a line's end.
  const bool begins = text.starts_with("eyJ") || text.starts_with("eyA") ||
                      text.starts_with("ewo") || text.starts_with("ew0");
  return begins && std::count(text.begin(), text.end(), '.') == 2;
}

}  // namespace larder::tokens
