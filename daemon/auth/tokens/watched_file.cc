#include "daemon/auth/tokens/watched_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "daemon/auth/small_file.h"

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
  auto content = auth::read_small_file(path_, bytes_max_);
  if (!content) return content.error();
  version_ = std::move(version);
  return std::optional<std::string>(std::move(*content));
}

}  // namespace larder::tokens
