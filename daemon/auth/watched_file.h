// A small file that others change: read again when it has.
//
// A change is seen by the file's identity, size and times, so a rename in its place and the swapped
// symbolic links of a mounted Kubernetes secret are seen as well as a rewrite. Soon after a change
// the content is compared, too: another one may come within the same tick of the file system.
// Thread-safety: one thread at a time. Blocks: on disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/auth/digests.h"

namespace larder::auth {

class WatchedFile {
 public:
  // `clock` must outlive this.
  WatchedFile(std::filesystem::path path, std::size_t bytes_max, const Clock& clock);

  // The content when it has changed since the last call that gave it, or when the last call failed;
  // else nothing. Returns: as read_small_file; the next call looks again.
  Result<std::optional<std::string>> read_if_changed();

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Seen {
    std::string version;
    // Read so long after it changed that a later change has another version.
    bool is_settled = false;
    Sum content;
  };

  const std::filesystem::path path_;
  const std::size_t bytes_max_;
  const Clock& clock_;
  std::optional<Seen> seen_;
};

}  // namespace larder::auth
