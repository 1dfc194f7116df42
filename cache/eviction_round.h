// One go at freeing bytes of complete blobs, in steps of a few victims.
//
// The oldest blobs of the queues are looked at in order. Each either goes, with what it leaves
// behind (image_graph.h), or moves to the end of main: because it was used, somebody holds it, or
// it is pinned. So no blob is looked at twice before the others, and looks are bounded: a round
// ends when it has met enough blobs that may not go, or, before that, takes used ones too.
// Thread-safety: one thread at a time. Blocks: on the index and on disk.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "cache/blob_remover.h"
#include "cache/ghosts.h"
#include "cache/image_graph.h"
#include "cache/index.h"
#include "cache/use_log.h"

namespace larder::cache {

class EvictionRound {
 public:
  struct Parts {
    Index& index;
    BlobRemover& remover;
    const UseLog& uses;
    Ghosts& ghosts;
  };

  explicit EvictionRound(const Parts& parts) : parts_(parts), images_(parts.index) {}

  // Looks at some blobs and removes victims until `wanted_bytes` are free or there are
  // kVictimsMax, and what these leave behind; in one commit, and one more when blobs moved.
  // Returns: how many bytes were released, which may be 0 while others may still go.
  Result<std::uint64_t> step(std::uint64_t wanted_bytes);

  // Nothing more to be had for now.
  bool is_over() const { return is_over_; }

  static constexpr std::size_t kVictimsMax = 16;

 private:
  Result<std::vector<Candidate>> next_candidates();
  Status consider(const Candidate& candidate);
  Result<std::optional<BlobRemover::Victim>> claim(const Digest& digest) const;
  Status take(BlobRemover::Victim victim);
  Result<std::uint64_t> remove_victims();
  Status move_spared();
  void end_step(bool found_victims, std::size_t spared_before);
  std::uint64_t victim_bytes() const;

  const Parts parts_;
  const ImageGraph images_;
  std::uint64_t blobs_ = 0;    // in the index
  std::uint64_t spared_ = 0;   // met because of their uses
  std::uint64_t blocked_ = 0;  // met because they may not go
  bool takes_turns_ = false;   // the last step met nothing but such; the other queue is next
  bool is_over_ = false;
  Queue last_queue_ = Queue::probation;

  // Of the current step.
  std::vector<BlobRemover::Victim> victims_;
  std::unordered_set<Digest> victim_digests_;
  std::vector<Candidate> future_ghosts_;
  std::vector<Requeue> moves_;
};

}  // namespace larder::cache
