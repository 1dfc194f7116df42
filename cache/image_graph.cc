#include "cache/image_graph.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

namespace larder::cache {

namespace {

using Digests = std::vector<Digest>;

// An image is pulled within this time: what was used together cannot be told apart any closer.
constexpr std::chrono::minutes kSameUse{10};
constexpr std::size_t kParentsMax = 8;     // more: a blob that many images share
constexpr std::size_t kChildrenMax = 512;  // more: no image a runtime would take
constexpr std::size_t kWalkMax = 4096;     // digests looked at in one walk

Result<bool> has_pins(const Index& index) {
  bool found = false;
  const Status read = index.for_each_pin([&](const Digest&, const Pin&) {
    found = true;
    return false;
  });
  if (!read) return read.error();
  return found;
}

// The walk of left_behind(). The first error ends it.
class LeftBehind {
 public:
  LeftBehind(const Index& index, WallTime used_at, const ImageGraph::IsGone& is_gone)
      : index_(index), used_until_(used_at + kSameUse), is_gone_(is_gone) {}

  Status look_at_images_of(const Digest& victim) {
    const Result<Digests> images = images_of(victim);
    if (!images) return images.error();
    if (images->size() > kParentsMax) return {};
    seen_.insert(victim);
    for (const Digest& image : *images) {
      if (Status looked = look_at_image(image); !looked) return looked;
    }
    return {};
  }

  Digests take() { return std::move(found_); }

 private:
  // The image manifests (or indexes) a blob belongs to, itself included when it is one.
  Result<Digests> images_of(const Digest& digest) const {
    Result<Digests> images = index_.parents_of(digest);
    if (!images) return images;
    const Result<Digests> own = index_.children_of(digest);
    if (!own) return own.error();
    if (!own->empty()) images->push_back(digest);
    return images;
  }

  Status look_at_image(const Digest& image) {
    Result<Digests> blobs = index_.children_of(image);
    if (!blobs) return blobs.error();
    if (blobs->size() > kChildrenMax) return {};
    blobs->push_back(image);
    for (const Digest& digest : *blobs) {
      if (found_.size() == ImageGraph::kLeftBehindMax || seen_.size() == kWalkMax) return {};
      if (!seen_.insert(digest).second || is_gone_(digest)) continue;
      const Result<bool> useless = is_useless(digest);
      if (!useless) return useless.error();
      if (*useless) found_.push_back(digest);
    }
    return {};
  }

  Result<bool> is_useless(const Digest& digest) const {
    const Result<std::optional<BlobRecord>> record = index_.find_blob(digest);
    if (!record) return record.error();
    if (!*record || (*record)->queue != Queue::probation) return false;
    if ((*record)->used_at > used_until_) return false;
    const Result<Digests> images = images_of(digest);
    if (!images) return images.error();
    if (images->size() > kParentsMax) return false;
    for (const Digest& image : *images) {
      const Result<bool> whole = is_whole(image);
      if (!whole) return whole.error();
      if (*whole) return false;
    }
    return true;
  }

  Result<bool> is_whole(const Digest& image) const {
    Result<Digests> blobs = index_.children_of(image);
    if (!blobs) return blobs.error();
    if (blobs->size() > kChildrenMax) return true;
    blobs->push_back(image);
    for (const Digest& digest : *blobs) {
      if (is_gone_(digest)) return false;
      const Result<std::optional<BlobRecord>> record = index_.find_blob(digest);
      if (!record) return record.error();
      if (!*record) return false;
    }
    return true;
  }

  const Index& index_;
  const WallTime used_until_;
  const ImageGraph::IsGone& is_gone_;
  std::unordered_set<Digest> seen_;
  Digests found_;
};

}  // namespace

Result<bool> ImageGraph::is_pinned(const Digest& digest) const {
  Result<bool> pinned = has_pins(index_);
  if (!pinned || !*pinned) return pinned;
  Digests level = {digest};
  std::size_t walked = 0;
  for (int above = 0; above <= 2; ++above) {
    Digests next;
    for (const Digest& blob : level) {
      if (++walked > kWalkMax) return true;  // so widely shared that it may well be
      const Result<std::vector<Pin>> pins = index_.pins_of(blob);
      if (!pins) return pins.error();
      if (!pins->empty()) return true;
      const Result<Digests> parents = index_.parents_of(blob);
      if (!parents) return parents.error();
      next.insert(next.end(), parents->begin(), parents->end());
    }
    level = std::move(next);
  }
  return false;
}

Result<std::vector<Digest>> ImageGraph::left_behind(const Digest& victim, WallTime used_at,
                                                    const IsGone& is_gone) const {
  LeftBehind walk(index_, used_at, is_gone);
  if (Status looked = walk.look_at_images_of(victim); !looked) return looked.error();
  return walk.take();
}

Result<std::vector<Digest>> ImageGraph::only_of(std::span<const Digest> documents) const {
  Digests found(documents.begin(), documents.end());
  std::unordered_set<Digest> doomed(documents.begin(), documents.end());
  const auto is_doomed = [&](const Digest& digest) { return doomed.contains(digest); };
  std::size_t level_begin = 0;
  for (int below = 0; below < 2; ++below) {
    const std::size_t level_end = found.size();
    for (; level_begin < level_end; ++level_begin) {
      const Result<Digests> children = index_.children_of(found[level_begin]);
      if (!children) return children.error();
      for (const Digest& child : *children) {
        if (found.size() == kWalkMax) return found;
        const Result<Digests> parents = index_.parents_of(child);
        if (!parents) return parents.error();
        if (is_doomed(child) || !std::all_of(parents->begin(), parents->end(), is_doomed)) continue;
        doomed.insert(child);
        found.push_back(child);
      }
    }
  }
  return found;
}

}  // namespace larder::cache
