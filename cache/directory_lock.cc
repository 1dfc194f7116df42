#include "cache/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "cache/posix_files.h"

namespace larder::cache {

namespace {

Result<UniqueFd> open_and_lock(const std::filesystem::path& directory, int flags) {
  const std::filesystem::path path = directory / "lock";
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return from_errno("open " + path.string(), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return from_errno("flock " + path.string(), errno);
  return Error{Errc::busy, directory.string() + " is in use by another process"};
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  if (Status made = PosixFiles().make_directories(directory); !made) return made.error();
  Result<UniqueFd> fd = open_and_lock(directory, O_RDWR | O_CREAT);
  if (!fd) return fd.error();
  return DirectoryLock(*std::move(fd));
}

Result<DirectoryLock> DirectoryLock::take_if_there(const std::filesystem::path& directory) {
  Result<UniqueFd> fd = open_and_lock(directory, O_RDONLY);
  if (fd) return DirectoryLock(*std::move(fd));
  if (fd.error().code == Errc::not_found) return DirectoryLock(UniqueFd());
  return fd.error();
}

}  // namespace larder::cache
