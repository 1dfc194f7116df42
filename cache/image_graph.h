// What the index knows about images, as eviction asks for it.
//
// Image indexes refer to image manifests, and these to configs and layers. Blobs that many images
// share are needed by some of them with near certainty, and following them would take long, so they
// count as needed. Thread-safety: any thread. Blocks: as reads of the index.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "cache/index.h"

namespace larder::cache {

class ImageGraph {
 public:
  explicit ImageGraph(const Index& index) : index_(index) {}

  // Whether the blob has a pin, or what refers to it, up to two levels above.
  Result<bool> is_pinned(const Digest& digest) const;

  // Whether a blob is about to be removed.
  using IsGone = std::function<bool(const Digest&)>;
  // Blobs of the victim's images that no whole image needs any more, are on probation and were not
  // used after the victim was; kLeftBehindMax at most.
  Result<std::vector<Digest>> left_behind(const Digest& victim, WallTime used_at,
                                          const IsGone& is_gone) const;

  // The documents and what only they refer to, two levels down.
  Result<std::vector<Digest>> only_of(std::span<const Digest> documents) const;

  static constexpr std::size_t kLeftBehindMax = 64;

 private:
  const Index& index_;
};

}  // namespace larder::cache
