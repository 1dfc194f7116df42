// The index that is always there: opened without reading it all, watched, copied, and replaced
// while it is in use when it turns out damaged.
//
// A damaged, missing or newer index is moved aside. Its place takes the newest hot copy, once a
// reader has read it whole, else an empty index; what they lack comes back from the blob files
// (take_rebuild_wanted). While a reader, a process of its own (lmdb_reading.h), still reads an
// index that was just opened, it is served; if it kills this process, the mark (suspect_mark.h)
// makes the next open() wait for the reader.
//
// Thread-safety: the Index, bytes_on_disk() and take_rebuild_wanted() any thread; tick() and
// copy_now() one thread at a time. Blocks: as index.h says; tick() on disk while it copies or
// replaces.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

#include "cache/base/clock.h"
#include "cache/current_index.h"
#include "cache/index_directories.h"
#include "cache/index_reader.h"
#include "cache/lmdb_index.h"
#include "cache/lmdb_reading.h"

namespace larder::cache {

// What happened to the index. Called by open(), tick() and copy_now(), without locks held.
class IndexObserver {
 public:
  virtual ~IndexObserver() = default;

  // It was replaced. moved_to: where the old one is now; empty when there was none.
  virtual void index_replaced(const Error& why, const std::filesystem::path& moved_to,
                              bool restored_from_copy) = 0;
  // A copy or a replacement failed, or the reading could not be finished. It is tried again.
  virtual void index_trouble(const Error& why) = 0;
};

struct IndexKeeperOptions {
  std::filesystem::path cache;           // cache.path; the caller holds its DirectoryLock
  IndexReaderProgram reader;             // never empty
  std::uint64_t map_bytes = 4ULL << 30;  // as LmdbIndexOptions
  unsigned readers_max = 1024 + 16;
  Duration copy_interval = std::chrono::minutes(10);
};

class IndexKeeper final : public CurrentIndex {
 public:
  // Milliseconds; seconds per million rows when there is a mark, an older schema, or a copy to
  // restore, for which there is no deadline.
  // Returns: denied, no_space, io when there can be no index; a damaged one is not an error.
  // The observer and the clock must outlive the keeper.
  static Result<std::unique_ptr<IndexKeeper>> open(const IndexKeeperOptions& options,
                                                   const Clock& clock, IndexObserver& observer);

  // About once a second: hears what the reader found, replaces an index found damaged (by the
  // reader or by any call), and makes a hot copy when the last is old and something was written
  // since. Told to stop, it does not wait for the reader of a copy: the next open() restores it.
  void tick(const std::stop_token& stop = {});

  // For an orderly stop. Returns: busy while the index has not been read whole: a copy of a damaged
  // one must not replace a good one.
  Status copy_now();

  // Whether what was opened is being read. For the thread that ticks.
  bool is_being_read() const { return reading_.has_value(); }

  // True once after each replacement: blobs in the files may have no record.
  bool take_rebuild_wanted() { return is_rebuild_wanted_.exchange(false); }

  std::uint64_t bytes_on_disk() const { return directories_.bytes_on_disk(); }

 private:
  IndexKeeper(const IndexKeeperOptions& options, const Clock& clock, IndexObserver& observer);

  Status open_first();
  Result<bool> open_found();
  Result<bool> read_if_marked();
  Status read_whole(const std::filesystem::path& directory, const std::stop_token& stop) const;
  void read_beside_serving();
  void hear_reading();
  void look_after();

  void replace_damaged(const std::stop_token& stop);
  Status replace(const Error& why, const std::stop_token& stop);
  Result<std::shared_ptr<LmdbIndex>> restored_from_copy(const std::stop_token& stop);
  LmdbIndexOptions lmdb_options(std::filesystem::path directory) const;

  const IndexKeeperOptions options_;
  const Clock& clock_;
  IndexObserver& observer_;
  IndexDirectories directories_;

  std::atomic<bool> is_rebuild_wanted_ = false;

  // tick()'s own.
  std::optional<IndexReading> reading_;
  bool is_read_ = false;  // index_ has been found good as a whole, or was made by us
  std::optional<MonoTime> replaced_at_;
  MonoTime copied_at_;
  MonoTime looked_after_at_;
  std::optional<std::uint64_t> copied_commit_;  // of index_; empty when its copy is unknown
};

}  // namespace larder::cache
