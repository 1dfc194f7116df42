#include "daemon/auth/tokens/watched_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "cache/base/unique_fd.h"

namespace larder::tokens {

namespace {

std::string version_of(const struct stat& found) {
  std::string version;
  for (const auto part :
       {static_cast<long long>(found.st_dev), static_cast<long long>(found.st_ino),
        static_cast<long long>(found.st_size), static_cast<long long>(found.st_mtim.tv_sec),
        static_cast<long long>(found.st_mtim.tv_nsec), static_cast<long long>(found.st_ctim.tv_sec),
        static_cast<long long>(found.st_ctim.tv_nsec)}) {
    version += std::to_string(part) + " ";
  }
  return version;
}

}  // namespace

WatchedFile::WatchedFile(std::filesystem::path path, std::size_t bytes_max)
    : path_(std::move(path)), bytes_max_(bytes_max) {}

Result<std::optional<std::string>> WatchedFile::read_if_changed() {
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return from_errno("read " + path_.string(), errno);
  // Taken before the content: what changes in between is read again.
  auto version = version_of(found);
  if (version == version_) return std::optional<std::string>();
  auto content = read_small_file(path_, bytes_max_);
  if (!content) return content.error();
  version_ = std::move(version);
  return std::optional<std::string>(std::move(*content));
}

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const std::string what = "read " + path.string();
  // A FIFO in a file's place must not hold us up.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return from_errno(what, errno);
  std::string content;
  std::array<char, 16384> part;
  while (content.size() <= bytes_max) {
    const auto size = ::read(fd.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return from_errno(what, errno);
    if (size == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(size));
  }
  return Error{Errc::invalid, what + ": larger than " + std::to_string(bytes_max) + " bytes"};
}

}  // namespace larder::tokens
