#include "daemon/auth/tokens/jwk_set.h"

#include <algorithm>
#include <utility>

#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

constexpr std::size_t kKeysMax = 256;
constexpr std::size_t kNumberTextMax = 2048;

Result<std::string> bytes_member(const nlohmann::json& jwk, const char* name) {
  const auto text = text_member(jwk, name, kNumberTextMax);
  if (!text) return text.error();
  auto bytes = auth::base64url_decoded(*text);
  if (!bytes) return Error{Errc::invalid, std::string(name) + " is no base64url"};
  return *std::move(bytes);
}

Result<PublicKey> rsa_key(const nlohmann::json& jwk) {
  const auto n = bytes_member(jwk, "n");
  const auto e = bytes_member(jwk, "e");
  if (!n || !e) return Error{Errc::invalid, "an RSA key"};
  return PublicKey::rsa(*n, *e);
}

Result<PublicKey> elliptic_key(const nlohmann::json& jwk) {
  const auto curve = text_member(jwk, "crv");
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (!curve || !x || !y) return Error{Errc::invalid, "an elliptic key"};
  return PublicKey::ec(*curve, *x, *y);
}

Result<PublicKey> octet_key(const nlohmann::json& jwk) {
  const auto curve = text_member(jwk, "crv");
  const auto x = bytes_member(jwk, "x");
  if (!curve || !x || *curve != "Ed25519") return Error{Errc::invalid, "an octet key"};
  return PublicKey::ed25519(*x);
}

Result<PublicKey> public_key(const nlohmann::json& jwk) {
  const auto type = text_member(jwk, "kty");
  if (!type) return type.error();
  if (*type == "RSA") return rsa_key(jwk);
  if (*type == "EC") return elliptic_key(jwk);
  if (*type == "OKP") return octet_key(jwk);
  return Error{Errc::invalid, "a kind of key that is not taken"};
}

bool is_for_verifying(const nlohmann::json& jwk) {
  const auto use = text_member(jwk, "use");
  const auto operations = texts_member(jwk, "key_ops");
  if (!use || !operations) return false;
  const bool may_verify =
      std::find(operations->begin(), operations->end(), "verify") != operations->end();
  return (use->empty() || *use == "sig") && (operations->empty() || may_verify);
}

}  // namespace

std::optional<JwkSet::Key> JwkSet::parse_key(const void* object) {
  const auto& jwk = *static_cast<const nlohmann::json*>(object);
  if (!jwk.is_object() || !is_for_verifying(jwk)) return std::nullopt;
  auto kid = text_member(jwk, "kid");
  const auto named = text_member(jwk, "alg");
  if (!kid || kid->empty() || !named) return std::nullopt;
  const auto algorithm = parse_algorithm(*named);
  if (!named->empty() && !algorithm) return std::nullopt;
  auto key = public_key(jwk);
  if (!key || (algorithm && !key->fits(*algorithm))) return std::nullopt;
  return Key{std::move(*kid), algorithm, std::move(*key)};
}

Result<JwkSet> JwkSet::parse(std::string_view text) {
  const auto document = parse_strict_object(text, kJwksBytesMax);
  if (!document) return in_context("JWKS", document.error());
  const auto list = document->find("keys");
  if (list == document->end() || !list->is_array() || list->size() > kKeysMax) {
    return Error{Errc::invalid, "JWKS: no list of keys"};
  }
  JwkSet set;
  for (const auto& jwk : *list) {
    if (auto key = parse_key(&jwk)) set.keys_.push_back(std::move(*key));
  }
  if (set.keys_.empty())
    return Error{Errc::invalid, "JWKS: no key that signatures are checked with"};
  return set;
}

const PublicKey* JwkSet::find(std::string_view kid, Algorithm algorithm) const {
  for (const auto& key : keys_) {
    const bool may = key.algorithm ? *key.algorithm == algorithm : key.key.fits(algorithm);
    if (may && key.kid == kid) return &key.key;
  }
  return nullptr;
}

bool JwkSet::knows(std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const auto& key) { return key.kid == kid; });
}

}  // namespace larder::tokens
