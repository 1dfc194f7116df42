#include "daemon/auth/watched_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "cache/base/small_file.h"

namespace larder::auth {

namespace {

// Coarser than any file system's time stamps.
constexpr std::chrono::seconds kSettlesAfter{3};

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

bool is_settled(const struct stat& found, WallTime now) {
  const WallTime changed{std::chrono::seconds(found.st_ctim.tv_sec)};
  return now > changed + kSettlesAfter;
}

}  // namespace

WatchedFile::WatchedFile(std::filesystem::path path, std::size_t bytes_max, const Clock& clock)
    : path_(std::move(path)), bytes_max_(bytes_max), clock_(clock) {}

Result<std::optional<std::string>> WatchedFile::read_if_changed() {
  const auto before = std::exchange(seen_, std::nullopt);
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return from_errno("read " + path_.string(), errno);
  // Taken before the content: what changes in between is read again.
  Seen now{version_of(found), is_settled(found, clock_.wall()), {}};
  if (before && before->is_settled && before->version == now.version) {
    seen_ = before;
    return std::optional<std::string>();
  }
  auto content = read_small_file(path_, bytes_max_);
  if (!content) return content.error();
  now.content = sha256(*content);
  const bool is_the_same = before && before->content == now.content;
  seen_ = std::move(now);
  if (is_the_same) return std::optional<std::string>();
  return std::optional<std::string>(std::move(*content));
}

}  // namespace larder::auth
