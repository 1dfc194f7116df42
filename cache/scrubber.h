// Reads every blob again and again, slowly, to find what the disk has lost before somebody needs
// it.
//
// One pass after the other, each begun at most once per interval, in the order of digests; a
// restart goes on where the last run was. A bad blob is dropped, so that the next request fetches
// it again; a file without a record gets one when its bytes are right and goes when they are not.
// What is being written is left alone, and so are files whose names are no digests.
//
// It is in nobody's way: the rate is kept evenly, piece by piece; pages that only it has read leave
// memory at once, pages others use stay (File::read_once_at); its thread should be one of low
// priority (thread_priority.h).
// Thread-safety: any thread, run() on one. Blocks: only run().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/blob_files.h"
#include "cache/blob_folders.h"
#include "cache/blob_mender.h"
#include "cache/check_report.h"
#include "cache/claims.h"
#include "cache/index.h"
#include "cache/pacer.h"
#include "cache/scrub_position.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"

namespace larder::cache {

struct ScrubberOptions {
  // Of the background passes; 0: there are none, only those that are ordered.
  std::uint64_t bytes_per_second = 16 << 20;
  // From the beginning of one background pass to the next.
  Duration interval = std::chrono::hours(24);
  // Of an ordered pass that names no rate.
  std::uint64_t ordered_bytes_per_second = 64 << 20;
};

struct ScrubberParts {
  BlobFiles& blob_files;
  BlobFolders folders;
  Index& index;
  Claims& claims;
  SpaceKeeper& space;
  const Clock& clock;
  Sleeper& sleeper;
  StoreObserver& observer;
  // Whether a flight or a document is about to publish the blob.
  std::function<bool(const Digest&)> is_being_written;
  ScrubberOptions options;
};

class Scrubber {
 public:
  // The parts must outlive the scrubber.
  explicit Scrubber(ScrubberParts parts);

  // Until stop; trouble with index or disk ends a pass, not this.
  void run(const std::stop_token& stop);

  // Begins a full pass now, in place of the one that runs. Returns: false when an ordered one is
  // running already, which goes on. Requires: a rate above 0.
  bool start_pass(std::optional<std::uint64_t> bytes_per_second = std::nullopt);

  // The pass that runs (or has been ordered), else the last one. Before the first one it is that of
  // a pass that found nothing in 1970.
  CheckReport progress() const;
  // The last pass that came to an end; empty when none has since the start.
  std::optional<CheckReport> last_report() const;

 private:
  class Pass;

  bool has_order() const;
  std::optional<std::uint64_t> take_order();
  ScrubPosition read_position() const;
  void write_position();
  std::optional<MonoTime> background_due(MonoTime now) const;
  void begin_background_pass();
  void run_pass(std::uint64_t bytes_per_second, const std::stop_token& stop);
  void finish_pass(const Status& done);
  CheckReport new_report(WallTime started_at) const;
  void update_report(const std::function<void(CheckReport&)>& change);

  const ScrubberParts parts_;
  BlobMender mender_;

  // Of the thread in run().
  ScrubPosition position_;
  MonoTime position_written_at_;
  MonoTime retry_at_;  // not before this after a pass that failed

  mutable Mutex mutex_;
  std::optional<std::uint64_t> order_ GUARDED_BY(mutex_);  // bytes per second; not yet begun
  bool runs_ordered_ GUARDED_BY(mutex_) = false;
  CheckReport report_ GUARDED_BY(mutex_);
  std::optional<CheckReport> last_report_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
