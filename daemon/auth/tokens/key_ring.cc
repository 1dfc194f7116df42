#include "daemon/auth/tokens/key_ring.h"

#include <utility>

#include "cache/base/check.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/strict_json.h"

namespace larder::tokens {

namespace {

std::string jwks_of(const std::vector<RingKey>& keys) {
  auto list = nlohmann::json::array();
  for (const auto& [key, times] : keys) {
    list.push_back({{"kty", "EC"},
                    {"crv", "P-256"},
                    {"use", "sig"},
                    {"alg", "ES256"},
                    {"kid", key.kid()},
                    {"x", auth::base64url(key.x())},
                    {"y", auth::base64url(key.y())}});
  }
  return json_text({{"keys", std::move(list)}});
}

}  // namespace

KeyRing::KeyRing(std::vector<RingKey> keys) : keys_(std::move(keys)) {}

Result<KeyRing> KeyRing::create(std::vector<RingKey> keys) {
  CHECK(!keys.empty());
  KeyRing ring(std::move(keys));
  for (const auto& [key, times] : ring.keys_) {
    const auto root = key.root_certificate();
    auto certificate = key.token_certificate();
    if (!root) return root.error();
    if (!certificate) return certificate.error();
    ring.bundle_ += pem_certificate(*root);
    ring.certificates_.push_back(std::move(*certificate));
    ring.public_keys_.push_back(key.public_key());
  }
  ring.jwks_ = jwks_of(ring.keys_);
  return ring;
}

std::vector<KeyTimes> KeyRing::times() const {
  std::vector<KeyTimes> times;
  for (const auto& key : keys_) times.push_back(key.times);
  return times;
}

const SigningKey& KeyRing::signing_key(WallTime now) const {
  return keys_[signing_key_index(times(), now)].key;
}

const std::string& KeyRing::signing_certificate(WallTime now) const {
  return certificates_[signing_key_index(times(), now)];
}

const PublicKey* KeyRing::find(std::string_view kid) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].key.kid() == kid) return &public_keys_[i];
  }
  return nullptr;
}

}  // namespace larder::tokens
