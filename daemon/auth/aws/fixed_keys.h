// Keys that stand somewhere and are only read: those of the config, and those of the environment.
//
// Thread-safety: any thread. Blocks: ConfiguredKeys on disk.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"

namespace larder::aws {

// Where a secret is read, at each use: a file or a variable, one of them. Neither: there is none.
struct SecretPlace {
  std::filesystem::path file{};
  std::string variable{};

  bool is_set() const { return !file.empty() || !variable.empty(); }
};

struct KeyPlaces {
  std::string access_key_id;
  SecretPlace secret_access_key;
  SecretPlace session_token{};
};

class ConfiguredKeys final : public KeyProvider {
 public:
  ConfiguredKeys(KeyPlaces places, Environment environment);
  std::string_view name() const override { return "config"; }
  // Returns: not_found, denied, io or invalid when a secret cannot be read.
  Result<Answer> keys(const Patience& patience) override;

 private:
  const KeyPlaces places_;
  const Environment environment_;
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (or AWS_SECURITY_TOKEN, its old
// name), AWS_CREDENTIAL_EXPIRATION.
class EnvironmentKeys final : public KeyProvider {
 public:
  explicit EnvironmentKeys(Environment environment);
  std::string_view name() const override { return "environment"; }
  // Returns: invalid when only a part of the keys is set.
  Result<Answer> keys(const Patience& patience) override;

 private:
  const Environment environment_;
};

}  // namespace larder::aws
