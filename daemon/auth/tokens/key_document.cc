#include "daemon/auth/tokens/key_document.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kSigningKeysMax = 64;

Error unfit_document(const std::string& what) {
  return {Errc::invalid, "the signing keys: " + what};
}

Result<RingKey> parse_key(const nlohmann::json& jwk) {
  if (!jwk.is_object()) return unfit_document("a key that is no object");
  const auto type = text_member(jwk, "kty");
  const auto curve = text_member(jwk, "crv");
  const auto secret = text_member(jwk, "d");
  if (!type || !curve || !secret || *type != "EC" || *curve != "P-256") {
    return unfit_document("a key that is no private key on P-256");
  }
  const auto bytes = auth::base64url_decoded(*secret);
  if (!bytes) return unfit_document("a key that is no base64url");
  auto key = SigningKey::from_secret(*bytes);
  if (!key) return unfit_document(key.error().context);
  const auto x = text_member(jwk, "x");
  if (!x || (!x->empty() && *x != auth::base64url(key->x())))
    return unfit_document("a key of another's point");
  auto signs_from = time_member(jwk, "nbf");
  if (!signs_from) return unfit_document(signs_from.error().context);
  return RingKey{std::move(*key), {*signs_from}};
}

Result<std::vector<RingKey>> parse_jwk_set(std::string_view text) {
  const auto document = parse_strict_object(text, kKeyDocumentBytesMax);
  if (!document) return unfit_document(document.error().context);
  const auto list = document->find("keys");
  if (list == document->end() || !list->is_array() || list->size() > kSigningKeysMax) {
    return unfit_document("no list of keys");
  }
  std::vector<RingKey> keys;
  for (const auto& jwk : *list) {
    auto key = parse_key(jwk);
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<std::vector<RingKey>> parse_pem(std::string_view text) {
  if (text.size() > kKeyDocumentBytesMax) return unfit_document("too large");
  auto found = read_pem_keys(text);
  if (!found) return unfit_document(found.error().context);
  std::vector<RingKey> keys;
  for (auto& key : *found) keys.push_back({std::move(key), {}});
  return keys;
}

bool has_one_twice(const std::vector<RingKey>& keys) {
  std::set<std::string> seen;
  return !std::all_of(keys.begin(), keys.end(),
                      [&](const auto& key) { return seen.insert(key.key.kid()).second; });
}

}  // namespace

Result<std::vector<RingKey>> parse_key_document(std::string_view text) {
  const bool is_json =
      text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())).starts_with('{');
  auto keys = is_json ? parse_jwk_set(text) : parse_pem(text);
  if (!keys) return keys.error();
  if (keys->empty()) return unfit_document("there is none");
  if (has_one_twice(*keys)) return unfit_document("one is there twice");
  return keys;
}

std::string key_document(const std::vector<RingKey>& keys) {
  auto list = nlohmann::json::array();
  for (const auto& [key, times] : keys) {
    nlohmann::json jwk{{"kty", "EC"},
                       {"crv", "P-256"},
                       {"use", "sig"},
                       {"alg", "ES256"},
                       {"kid", key.kid()},
                       {"x", auth::base64url(key.x())},
                       {"y", auth::base64url(key.y())},
                       {"d", auth::base64url(key.secret())}};
    if (times.signs_from) {
      jwk["nbf"] =
          std::chrono::floor<std::chrono::seconds>(*times.signs_from).time_since_epoch().count();
    }
    list.push_back(std::move(jwk));
  }
  return json_text({{"keys", std::move(list)}}) + "\n";
}

}  // namespace larder::tokens
