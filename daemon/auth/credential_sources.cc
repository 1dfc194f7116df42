#include "daemon/auth/credential_sources.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "cache/base/unique_fd.h"

namespace larder::auth {

namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;

Result<std::string> read_secret(const std::filesystem::path& file) {
  const std::string what = "read " + file.string();
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return from_errno(what, errno);
  std::string secret;
  std::array<char, 4096> part;
  while (secret.size() <= kSecretBytesMax) {
    const auto size = ::read(fd.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return from_errno(what, errno);
    if (size == 0) return secret;
    secret.append(part.data(), static_cast<std::size_t>(size));
  }
  return Error{Errc::invalid, what + ": larger than 64 KiB"};
}

void drop_newline(std::string& secret) {
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
}

}  // namespace

FileCredentials::FileCredentials(std::string username, std::filesystem::path password_file)
    : username_(std::move(username)), password_file_(std::move(password_file)) {}

Result<std::vector<Credential>> FileCredentials::credentials(const CredentialQuestion&) {
  auto secret = read_secret(password_file_);
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
