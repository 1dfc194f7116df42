// One process at a time uses a cache directory: an exclusive flock(2) on `<cache.path>/lock`.
//
// The kernel lets go of it when the process ends, however it ends. It holds across PID namespaces,
// where LMDB's own locks do not.
// Thread-safety: a value with one owner. Blocks: no.
#pragma once

#include <filesystem>
#include <utility>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"

namespace larder::cache {

class DirectoryLock {
 public:
  // Makes the directory if it is absent.
  // Returns: busy, with the path, when another process (or another DirectoryLock) holds it.
  static Result<DirectoryLock> take(const std::filesystem::path& directory);
  // For who only looks: changes nothing on disk, so it works where nothing can be written. Without
  // a file to lock, nobody has ever used the directory, and nothing is locked. Returns: busy.
  static Result<DirectoryLock> take_if_there(const std::filesystem::path& directory);

 private:
  explicit DirectoryLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace larder::cache
