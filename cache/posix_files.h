// Files on the real file system.
#pragma once

#include "cache/files.h"

namespace larder::cache {

class PosixFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<File>> open_read(const std::filesystem::path& path) override;
  Result<std::unique_ptr<File>> open_write(const std::filesystem::path& path) override;
  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Status remove(const std::filesystem::path& path) override;
  Status sync_directory(const std::filesystem::path& path) override;
  Status make_directories(const std::filesystem::path& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::filesystem::path& path) override;
  Result<Space> space(const std::filesystem::path& path) override;
};

// Refuses a directory the cache cannot live in, with one line that says what to do.
// Requires: `path` exists.
// Returns: invalid on a network or FUSE file system (LMDB's locks and maps need a local one);
// denied when it is not writable.
Status check_cache_directory(const std::filesystem::path& path);

}  // namespace larder::cache
