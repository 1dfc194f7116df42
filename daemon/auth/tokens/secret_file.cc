#include "daemon/auth/tokens/secret_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace larder::tokens {

namespace {

Status write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return from_errno("write", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? Status() : from_errno("fsync", errno);
}

Status sync_folder(const std::filesystem::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return from_errno("open " + folder.string(), errno);
  return ::fsync(fd.get()) == 0 ? Status() : from_errno("fsync " + folder.string(), errno);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Status write_secret_file(const std::filesystem::path& path, std::string_view content) {
  const std::string what = "write " + path.string();
  std::string temporary = path.string() + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));  // 0600
  if (!fd) return from_errno(what, errno);
  auto written = write_all(fd.get(), content);
  if (written.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = from_errno("rename", errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return in_context(what, written.error());
  }
  return sync_folder(folder_of(path));
}

Result<UniqueFd> lock_file(const std::filesystem::path& path, bool wait) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return from_errno("lock " + path.string(), errno);
  while (::flock(fd.get(), wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return Error{Errc::busy, path.string() + " is locked"};
    return from_errno("lock " + path.string(), errno);
  }
  return fd;
}

}  // namespace larder::tokens
