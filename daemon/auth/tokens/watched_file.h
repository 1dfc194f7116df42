// A small file that others change: read again when it has.
//
// A change is seen by the file's identity, size and times, so a rename in its place and the swapped
// symbolic links of a mounted Kubernetes secret are seen as well as a rewrite.
// Thread-safety: one thread at a time. Blocks: on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "cache/base/result.h"

namespace larder::tokens {

class WatchedFile {
 public:
  WatchedFile(std::filesystem::path path, std::size_t bytes_max);

  // The content when it has changed since the last call that gave it; nothing when it has not.
  // Returns: as auth::read_small_file; the next call looks again.
  Result<std::optional<std::string>> read_if_changed();

  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
  const std::size_t bytes_max_;
  std::string version_;  // of what was given last; empty: nothing was
};

}  // namespace larder::tokens
