// Where the index, its hot copy and its damaged predecessors lie in a cache directory, and how they
// change places: each change is one rename, so a kill leaves the one or the other.
//
// Thread-safety: one thread at a time. Blocks: on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "cache/posix_files.h"

namespace larder::cache {

class IndexDirectories {
 public:
  explicit IndexDirectories(std::filesystem::path cache) : cache_(std::move(cache)) {}

  std::filesystem::path index() const { return cache_ / "index-v1-lmdb09"; }
  std::filesystem::path copy() const { return cache_ / "index-copy"; }
  // Left by a process that died of a bad page (suspect_mark.h).
  std::filesystem::path mark() const { return cache_ / "index-suspect"; }

  bool has_index() const;
  bool has_copy() const;
  bool is_marked() const;
  bool has_blobs() const;  // at least one file
  bool is_copy_newer() const;

  Status clear_mark();

  // To `index-damaged-<milliseconds since 1970>`; of these, the newest kAsidesMax stay. Whoever
  // has the index open still has it. Returns: where it is now; empty when there was no index.
  Result<std::filesystem::path> move_index_aside(WallTime now);

  // The copy becomes the index, and there is none until the next is made, so that a copy that turns
  // out bad is not used twice. Requires: no index.
  Status adopt_copy();
  Status remove_copy();

  // `write` fills a new file, which then replaces the copy; if it fails, the copy stays.
  Status replace_copy(const std::function<Status(int descriptor)>& write);

  // Of the index, its copy, and the damaged ones.
  std::uint64_t bytes_on_disk() const;

  static constexpr std::size_t kAsidesMax = 2;

 private:
  Status remove_old_asides();

  std::filesystem::path cache_;
  PosixFiles files_;
};

}  // namespace larder::cache
