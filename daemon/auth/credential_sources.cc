#include "daemon/auth/credential_sources.h"

#include <cstdlib>
#include <utility>

#include "cache/base/small_file.h"

namespace larder::auth {

namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;

void drop_newline(std::string& secret) {
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
}

}  // namespace

FileCredentials::FileCredentials(std::string username, std::filesystem::path password_file)
    : username_(std::move(username)), password_file_(std::move(password_file)) {}

Result<std::vector<Credential>> FileCredentials::credentials(const CredentialQuestion&) {
  auto secret = read_small_file(password_file_, kSecretBytesMax);
  if (!secret) return secret.error();
  drop_newline(*secret);
  if (secret->empty()) return Error{Errc::invalid, password_file_.string() + " is empty"};
  return std::vector{Credential{username_, std::move(*secret)}};
}

EnvironmentCredentials::EnvironmentCredentials(std::string username, std::string password_variable)
    : username_(std::move(username)), password_variable_(std::move(password_variable)) {}

Result<std::vector<Credential>> EnvironmentCredentials::credentials(const CredentialQuestion&) {
  const char* secret = std::getenv(password_variable_.c_str());
  if (secret == nullptr || *secret == '\0') {
    return Error{Errc::not_found, "environment variable " + password_variable_ + " is not set"};
  }
  return std::vector{Credential{username_, secret}};
}

}  // namespace larder::auth
