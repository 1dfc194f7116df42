// Where an upstream's credential comes from: nowhere, a file, or the environment. Secrets are read
// at each use and kept nowhere.
//
// Thread-safety: any thread. Blocks: FileCredentials on disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/credential.h"

namespace larder::auth {

class AnonymousCredentials final : public CredentialSource {
 public:
  Result<std::vector<Credential>> credentials(const CredentialQuestion&) override {
    return std::vector<Credential>();
  }
};

// The password is the file's content without the newline at its end.
class FileCredentials final : public CredentialSource {
 public:
  FileCredentials(std::string username, std::filesystem::path password_file);
  // Returns: not_found, denied or io when the file cannot be read; invalid when it is empty or
  // larger than 64 KiB.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  const std::string username_;
  const std::filesystem::path password_file_;
};

class EnvironmentCredentials final : public CredentialSource {
 public:
  EnvironmentCredentials(std::string username, std::string password_variable);
  // Returns: not_found when the variable is not set or empty.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  const std::string username_;
  const std::string password_variable_;
};

}  // namespace larder::auth
