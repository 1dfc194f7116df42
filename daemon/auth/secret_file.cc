#include "daemon/auth/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cache/base/unique_fd.h"

namespace larder::auth {

// Opened without waiting, for it could be a FIFO that nobody writes to.
Result<std::string> read_secret_file(const std::filesystem::path& file, std::size_t bytes_max) {
  const std::string what = "read " + file.string();
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return from_errno(what, errno);
  std::string secret;
  std::array<char, 4096> part;
  while (secret.size() <= bytes_max) {
    const auto size = ::read(fd.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return from_errno(what, errno);
    if (size == 0) return secret;
    secret.append(part.data(), static_cast<std::size_t>(size));
  }
  return Error{Errc::invalid, what + ": larger than " + std::to_string(bytes_max / 1024) + " KiB"};
}

}  // namespace larder::auth
