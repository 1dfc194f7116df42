// A file system in memory that fails, is killed and loses power on demand.
//
// It keeps what was written and what was synced apart: mend() after die_after() is a kill -9 (all
// that was written is there), lose_power() leaves only what sync() and sync_directory() made
// lasting. Thread-safety: any thread. The files it opens must not outlive it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/files.h"
#include "tests/support/file_faults.h"
#include "tests/support/memory_node.h"

namespace larder::testing {

class MemoryFiles final : public cache::Files {
 public:
  // `seed`: of what happens at random.
  explicit MemoryFiles(std::uint64_t seed = 0);

  // The `nth` such call from now on fails, once. A write that fails with no_space has
  // written its first half.
  void fail(FileCall call, Errc code, std::size_t nth = 1);
  // Every such call fails, until mend().
  void fail_always(FileCall call, Errc code);
  // So many such calls in a thousand fail, until mend(). A write that fails so has written a part.
  void fail_at_random(FileCall call, Errc code, unsigned per_mille);
  // After that many more calls that change something, every call fails: the process is dead.
  void die_after(std::size_t changes);
  bool is_dead() const;
  // No more failures.
  void mend();
  // The power is cut and comes back: what was not synced is lost. Mends as well.
  void lose_power();
  // The same, but some of what was not synced survives: any of the pages written, and any of the
  // entries that came, went or were renamed, in no order.
  void lose_power_partly();

  // From now on sync() and sync_directory() succeed without making anything lasting.
  void lie_about_sync(bool lies);

  void set_space(cache::Space space);
  // How often it was called, failed calls included.
  std::size_t calls(FileCall call) const;
  // Of all files that have a name.
  std::uint64_t total_bytes() const;
  // Calls that change something: the steps die_after() counts.
  std::size_t changes() const;

  // A call that is about to be carried out.
  struct Seen {
    FileCall call;
    std::string_view path;
    bool fails;
    bool is_dead;
    std::uint64_t disk_bytes;  // before it
  };
  // Told of every call, under the lock of this object.
  void watch(std::function<void(const Seen&)> watch);
  // Which files disk_bytes() counts, by name; all when never called.
  void count(std::function<bool(std::string_view name)> counted);

  // Every file by its path, as a reader sees it; never fails and counts as no call.
  std::map<std::string, std::string> contents() const;
  // What the files that have a name take on disk.
  std::uint64_t disk_bytes() const;

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

  // A name and open files own a node together, as an inode.
  using Entries = std::map<std::string, std::shared_ptr<MemoryNode>, std::less<>>;
  struct Directory {
    Entries entries;
    Entries synced_entries;
  };
  using Failure = FileFaults::Failure;

  std::optional<Failure> enter_call(FileCall call, std::string_view path) REQUIRES(mutex_);
  Status enter(FileCall call, std::string_view path) REQUIRES(mutex_);
  Error failed(FileCall call, std::string_view path, Errc code) const REQUIRES(mutex_);
  Directory* directory(std::string_view path) REQUIRES(mutex_);
  Result<std::unique_ptr<cache::File>> open(const std::string& path) REQUIRES(mutex_);
  std::uint64_t count_bytes() const REQUIRES(mutex_);
  void lose_entries_partly(Directory& directory) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Directory, std::less<>> directories_ GUARDED_BY(mutex_);
  FileFaults faults_ GUARDED_BY(mutex_);
  Random random_ GUARDED_BY(mutex_);
  bool lies_about_sync_ GUARDED_BY(mutex_) = false;
  std::function<void(const Seen&)> watch_ GUARDED_BY(mutex_);
  std::function<bool(std::string_view)> counted_ GUARDED_BY(mutex_);
  cache::Space space_ GUARDED_BY(mutex_){.total_bytes = 1ULL << 40, .available_bytes = 1ULL << 39};
};

}  // namespace larder::testing
