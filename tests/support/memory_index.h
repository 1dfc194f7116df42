// The index in memory, which fails on demand.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/index.h"

namespace larder::testing {

class MemoryIndex final : public cache::Index {
 public:
  // Every read or write fails until mend().
  void fail_reads(Errc code) {
    MutexLock lock(mutex_);
    reads_fail_ = code;
  }
  void fail_writes(Errc code) {
    MutexLock lock(mutex_);
    writes_fail_ = code;
  }
  void mend() {
    MutexLock lock(mutex_);
    reads_fail_.reset();
    writes_fail_.reset();
  }

  Result<std::optional<cache::BlobRecord>> find_blob(const cache::Digest& digest) const override {
    MutexLock lock(mutex_);
    return found_in(blobs_, digest);
  }
  Result<std::optional<cache::Document>> find_document(const cache::Digest& digest) const override {
    MutexLock lock(mutex_);
    return found_in(documents_, digest);
  }
  Result<std::optional<cache::TagRecord>> find_tag(const cache::TagName& name) const override {
    MutexLock lock(mutex_);
    Result<std::optional<Tag>> tag = found_in(tags_, name.str());
    if (!tag) return tag.error();
    return *tag ? std::optional((*tag)->second) : std::nullopt;
  }

  Status put_blob(const cache::Digest& digest, const cache::BlobRecord& record,
                  const std::optional<cache::Document>& document) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    const auto [known, is_new] = blobs_.try_emplace(digest, record);
    if (is_new) {
      enter(digest, record.queue, 0);
    } else {
      const cache::BlobRecord before = std::exchange(known->second, record);
      known->second.used_at = before.used_at;
      known->second.uses = before.uses;
      known->second.queue = before.queue;
    }
    documents_.erase(digest);
    if (document) documents_.emplace(digest, *document);
    return {};
  }
  Status add_blobs(std::span<const std::pair<cache::Digest, cache::BlobRecord>> blobs) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    for (const auto& [digest, record] : blobs) {
      if (blobs_.try_emplace(digest, record).second) enter(digest, record.queue, 0);
    }
    return {};
  }
  Status put_tag(const cache::TagName& name, const cache::TagRecord& record) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    tags_.insert_or_assign(name.str(), Tag(name, record));
    return {};
  }
  Status remove_blobs(std::span<const cache::Digest> digests) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    for (const cache::Digest& digest : digests) {
      blobs_.erase(digest);
      documents_.erase(digest);
      places_.erase(digest);
      children_.erase(digest);
    }
    return {};
  }
  Status remove_tag(const cache::TagName& name) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    tags_.erase(name.str());
    return {};
  }

  Result<std::vector<std::pair<cache::Digest, cache::BlobRecord>>> blobs_after(
      const std::optional<cache::Digest>& after, std::size_t count) const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    std::vector<std::pair<cache::Digest, cache::BlobRecord>> rows;
    auto next = after ? blobs_.upper_bound(*after) : blobs_.begin();
    for (; next != blobs_.end() && rows.size() < count; ++next) rows.emplace_back(*next);
    return rows;
  }
  Status for_each_tag(const std::function<bool(const cache::TagName&, const cache::TagRecord&)>&
                          visit) const override {
    const Result<Tags> rows = snapshot_of(&MemoryIndex::tags_);
    if (!rows) return rows.error();
    for (const auto& [key, tag] : *rows) {
      if (!visit(tag.first, tag.second)) break;
    }
    return {};
  }

  Result<std::vector<cache::Candidate>> candidates(cache::Queue queue, std::uint64_t position,
                                                   std::size_t count) const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    std::vector<cache::Candidate> found;
    for (const auto& [digest, place] : places_) {
      if (place.queue != queue || place.position < position) continue;
      found.push_back(
          {digest, blobs_.at(digest).size_bytes, queue, place.position, place.frequency});
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.position < b.position; });
    if (found.size() > count)
      found.erase(found.begin() + static_cast<std::ptrdiff_t>(count), found.end());
    return found;
  }
  Status record_uses(std::span<const cache::BlobUse> uses) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    for (const cache::BlobUse& use : uses) {
      const auto found = blobs_.find(use.digest);
      if (found == blobs_.end()) continue;
      found->second.uses += use.count;
      found->second.used_at = std::max(found->second.used_at, use.used_at);
      Place& place = places_.at(use.digest);
      const auto more = std::min<std::uint64_t>(cache::kFrequencyMax, use.count);
      place.frequency =
          std::min(cache::kFrequencyMax, place.frequency + static_cast<unsigned>(more));
    }
    return {};
  }
  Status requeue(std::span<const cache::Requeue> changes) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    for (const cache::Requeue& change : changes) {
      const auto found = blobs_.find(change.digest);
      if (found == blobs_.end()) continue;
      found->second.queue = change.queue;
      enter(change.digest, change.queue, std::min(change.frequency, cache::kFrequencyMax));
    }
    return {};
  }

  Status put_children(const cache::Digest& parent,
                      std::span<const cache::Digest> children) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    children_.erase(parent);
    for (const cache::Digest& child : children) {
      std::vector<cache::Digest>& known = children_[parent];
      if (std::find(known.begin(), known.end(), child) == known.end()) known.push_back(child);
    }
    return {};
  }
  Result<std::vector<cache::Digest>> children_of(const cache::Digest& parent) const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    const auto found = children_.find(parent);
    return found == children_.end() ? std::vector<cache::Digest>() : found->second;
  }
  Result<std::vector<cache::Digest>> parents_of(const cache::Digest& child) const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    std::vector<cache::Digest> parents;
    for (const auto& [parent, children] : children_) {
      if (std::find(children.begin(), children.end(), child) != children.end()) {
        parents.push_back(parent);
      }
    }
    return parents;
  }

  Status put_pin(const cache::Digest& digest, const cache::Pin& pin) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    if (pin.reason.empty() || pin.reason.size() > cache::kPinReasonBytesMax) {
      return Error{Errc::invalid, "a pin's reason is 1 to 255 bytes"};
    }
    pins_[digest][pin.reason] = pin.since;
    return {};
  }
  Status remove_pin(const cache::Digest& digest, const std::string& reason) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    const auto found = pins_.find(digest);
    if (found != pins_.end()) found->second.erase(reason);
    return {};
  }
  Result<std::vector<cache::Pin>> pins_of(const cache::Digest& digest) const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    std::vector<cache::Pin> pins;
    const auto found = pins_.find(digest);
    if (found == pins_.end()) return pins;
    for (const auto& [reason, since] : found->second) pins.push_back({reason, since});
    return pins;
  }
  Status for_each_pin(
      const std::function<bool(const cache::Digest&, const cache::Pin&)>& visit) const override {
    const Result<Pins> rows = snapshot_of(&MemoryIndex::pins_);
    if (!rows) return rows.error();
    for (const auto& [digest, reasons] : *rows) {
      for (const auto& [reason, since] : reasons) {
        if (!visit(digest, {reason, since})) return {};
      }
    }
    return {};
  }

  Result<std::optional<std::string>> find_note(const std::string& name) const override {
    MutexLock lock(mutex_);
    return found_in(notes_, name);
  }
  Status put_note(const std::string& name, const std::string& text) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    if (name.empty() || name.size() > 100) {
      return Error{Errc::invalid, "a note's name is 1 to 100 bytes"};
    }
    notes_.insert_or_assign(name, text);
    return {};
  }

  Result<cache::IndexTotals> totals() const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    cache::IndexTotals totals{.blobs = blobs_.size(), .tags = tags_.size()};
    for (const auto& [digest, record] : blobs_) {
      const std::uint64_t bytes = cache::disk_bytes(record.size_bytes);
      totals.blob_bytes += record.size_bytes;
      totals.disk_bytes += bytes;
      if (record.queue == cache::Queue::probation) totals.probation_bytes += bytes;
    }
    return totals;
  }

 private:
  using Tag = std::pair<cache::TagName, cache::TagRecord>;
  using Blobs = std::map<cache::Digest, cache::BlobRecord>;
  using Tags = std::map<std::string, Tag>;
  using Pins = std::map<cache::Digest, std::map<std::string, WallTime>>;
  struct Place {
    cache::Queue queue;
    std::uint64_t position;
    unsigned frequency;
  };

  static Error failed(Errc code) { return {code, "index: made to fail"}; }

  template <class Map>
  Result<std::optional<typename Map::mapped_type>> found_in(const Map& map,
                                                            const typename Map::key_type& key) const
      REQUIRES(mutex_) {
    if (reads_fail_) return failed(*reads_fail_);
    const auto found = map.find(key);
    if (found == map.end()) return std::optional<typename Map::mapped_type>();
    return std::optional(found->second);
  }

  template <class Map>
  Result<Map> snapshot_of(Map MemoryIndex::*rows) const {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    return this->*rows;
  }

  void enter(const cache::Digest& digest, cache::Queue queue, unsigned frequency) REQUIRES(mutex_) {
    places_.insert_or_assign(digest, Place{queue, next_position_++, frequency});
  }

  mutable Mutex mutex_;
  std::uint64_t next_position_ GUARDED_BY(mutex_) = 1;
  std::map<cache::Digest, Place> places_ GUARDED_BY(mutex_);
  std::map<cache::Digest, std::vector<cache::Digest>> children_ GUARDED_BY(mutex_);
  Pins pins_ GUARDED_BY(mutex_);
  std::map<std::string, std::string> notes_ GUARDED_BY(mutex_);
  Blobs blobs_ GUARDED_BY(mutex_);
  std::map<cache::Digest, cache::Document> documents_ GUARDED_BY(mutex_);
  Tags tags_ GUARDED_BY(mutex_);
  std::optional<Errc> reads_fail_ GUARDED_BY(mutex_);
  std::optional<Errc> writes_fail_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
