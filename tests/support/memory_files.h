// A file system in memory that fails, is killed and loses power on demand.
//
// It keeps what was written and what was synced apart: mend() after die_after() is a kill -9 (all
// that was written is there), lose_power() leaves only what sync() and sync_directory() made
// lasting. Thread-safety: any thread. The files it opens must not outlive it.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/files.h"

namespace larder::testing {

enum class FileCall {
  create,
  open_read,
  open_write,
  read,
  write,
  sync,
  size,
  make_read_only,
  rename,
  remove,
  sync_directory,
  make_directories,
  list,
  space,
};
inline constexpr std::size_t kFileCalls = 14;

class MemoryFiles final : public cache::Files {
 public:
  // The `nth` such call from now on fails, once. A write that fails with no_space has
  // written its first half.
  void fail(FileCall call, Errc code, std::size_t nth = 1);
  // Every such call fails, until mend().
  void fail_always(FileCall call, Errc code);
  // After that many more calls that change something, every call fails: the process is dead.
  void die_after(std::size_t changes);
  // No more failures.
  void mend();
  // The power is cut and comes back: what was not synced is lost. Mends as well.
  void lose_power();

  void set_space(cache::Space space);
  // How often it was called, failed calls included.
  std::size_t calls(FileCall call) const;
  // Calls that change something: the steps die_after() counts.
  std::size_t changes() const;

  Result<std::unique_ptr<cache::File>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<cache::File>> open_read(const std::filesystem::path& path) override;
  Result<std::unique_ptr<cache::File>> open_write(const std::filesystem::path& path) override;
  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Status remove(const std::filesystem::path& path) override;
  Status sync_directory(const std::filesystem::path& path) override;
  Status make_directories(const std::filesystem::path& path) override;
  Result<std::vector<cache::DirectoryEntry>> list(const std::filesystem::path& path) override;
  Result<cache::Space> space(const std::filesystem::path& path) override;

 private:
  class MemoryFile;

  // The bytes of a file; a name and open files own it together, as an inode.
  struct Node {
    std::string bytes;
    std::string synced_bytes;
  };
  using Entries = std::map<std::string, std::shared_ptr<Node>>;
  struct Directory {
    Entries entries;
    Entries synced_entries;
  };
  struct Fault {
    Errc code;
    std::size_t nth;  // 0: always
  };

  Status enter(FileCall call, const std::string& what) REQUIRES(mutex_);
  bool is_dead(FileCall call) REQUIRES(mutex_);
  std::optional<Errc> take_fault(FileCall call) REQUIRES(mutex_);
  Directory* directory(const std::filesystem::path& path) REQUIRES(mutex_);
  Result<std::unique_ptr<cache::File>> open(const std::filesystem::path& path) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Directory> directories_ GUARDED_BY(mutex_);
  std::map<FileCall, Fault> faults_ GUARDED_BY(mutex_);
  std::array<std::size_t, kFileCalls> calls_ GUARDED_BY(mutex_){};
  std::size_t changes_ GUARDED_BY(mutex_) = 0;
  std::optional<std::size_t> changes_left_ GUARDED_BY(mutex_);
  cache::Space space_ GUARDED_BY(mutex_){.total_bytes = 1ULL << 40, .available_bytes = 1ULL << 39};
};

}  // namespace larder::testing
