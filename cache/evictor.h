// Makes room: parked flights nobody came back to, then blobs by the policy, then other parked ones.
//
// One thread evicts at a time; who needs room meanwhile adds what it needs and waits for that
// round. A round is bounded in work, so a call never takes longer than that, and one that found
// nothing is not repeated for kPause. Nothing pinned or held is removed; readers are never
// disturbed. Thread-safety: any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/blob_remover.h"
#include "cache/eviction_round.h"
#include "cache/ghosts.h"
#include "cache/partial_blobs.h"
#include "cache/recordless.h"
#include "cache/superseded.h"
#include "cache/use_log.h"

namespace larder::cache {

class Evictor {
 public:
  struct Parts {
    Index& index;
    BlobFiles& blob_files;
    SpaceKeeper& space;
    Claims& claims;
    StoreObserver& observer;
    UseLog& uses;
    Clock& clock;
    Recordless& recordless;
  };

  explicit Evictor(const Parts& parts);

  // To be called once, before other threads use the evictor. Without, there are none.
  void set_partial_blobs(PartialBlobs& partial_blobs) { partial_blobs_ = &partial_blobs; }

  // Frees what is missing so that `bytes` can be reserved, and what others who wait meanwhile need;
  // for SpaceKeeper::set_make_room. Blocks: on the index and on disk, for a round.
  // Returns: success when there is room or something was freed; busy when nothing may go; what
  // the index or the disk failed with.
  Status make_room(std::uint64_t bytes);

  // Background work, about once a second: writes uses down, demotes superseded images, keeps a
  // little headroom under the budget, and restores the free floor. Blocks: as make_room().
  // Returns: the first failure; the rest was done all the same.
  Status tick();

  // Where a new blob begins: in main when it was evicted a short while ago. Forgets that.
  Queue queue_for(const Digest& digest);

  // A tag that meant this image manifest or index means another one. Blocks: no.
  void superseded(const Digest& document) { superseded_.note(document); }

  static constexpr std::chrono::milliseconds kPause{250};
  // A parked flight that was not used for so long goes before any blob.
  static constexpr std::chrono::hours kPartialIdle{1};

 private:
  bool is_pausing() const REQUIRES(mutex_);
  void wait_for_round() REQUIRES(mutex_);
  void end_round(const Status& made);
  Status run_round();
  Result<std::uint64_t> evict(std::uint64_t shortage, std::uint64_t wanted_at_start);
  std::uint64_t remove_partials(WallTime used_until, std::uint64_t bytes);
  std::uint64_t wanted_bytes() const;

  const Parts parts_;
  PartialBlobs* partial_blobs_ = nullptr;
  BlobRemover remover_;
  Ghosts ghosts_;
  Superseded superseded_;

  mutable Mutex mutex_;
  CondVar round_ended_;
  bool is_evicting_ GUARDED_BY(mutex_) = false;
  std::uint64_t rounds_ GUARDED_BY(mutex_) = 0;
  std::uint64_t wanted_bytes_ GUARDED_BY(mutex_) = 0;  // to be reserved after the running round
  Status last_made_ GUARDED_BY(mutex_);
  std::optional<MonoTime> pause_until_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
