// The index in memory, which fails on demand.
//
// Thread-safety: any thread. Blocks: no.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

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
    blobs_.insert_or_assign(digest, record);
    documents_.erase(digest);
    if (document) documents_.emplace(digest, *document);
    return {};
  }
  Status put_tag(const cache::TagName& name, const cache::TagRecord& record) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    tags_.insert_or_assign(name.str(), Tag(name, record));
    return {};
  }
  Status remove_blob(const cache::Digest& digest) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    blobs_.erase(digest);
    documents_.erase(digest);
    return {};
  }
  Status remove_tag(const cache::TagName& name) override {
    MutexLock lock(mutex_);
    if (writes_fail_) return failed(*writes_fail_);
    tags_.erase(name.str());
    return {};
  }

  Status for_each_blob(const std::function<bool(const cache::Digest&, const cache::BlobRecord&)>&
                           visit) const override {
    const Result<Blobs> rows = snapshot_of(&MemoryIndex::blobs_);
    if (!rows) return rows.error();
    for (const auto& [digest, record] : *rows) {
      if (!visit(digest, record)) break;
    }
    return {};
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

  Result<cache::IndexTotals> totals() const override {
    MutexLock lock(mutex_);
    if (reads_fail_) return failed(*reads_fail_);
    cache::IndexTotals totals{.blobs = blobs_.size(), .blob_bytes = 0, .tags = tags_.size()};
    for (const auto& [digest, record] : blobs_) totals.blob_bytes += record.size_bytes;
    return totals;
  }

 private:
  using Tag = std::pair<cache::TagName, cache::TagRecord>;
  using Blobs = std::map<cache::Digest, cache::BlobRecord>;
  using Tags = std::map<std::string, Tag>;

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

  mutable Mutex mutex_;
  Blobs blobs_ GUARDED_BY(mutex_);
  std::map<cache::Digest, cache::Document> documents_ GUARDED_BY(mutex_);
  Tags tags_ GUARDED_BY(mutex_);
  std::optional<Errc> reads_fail_ GUARDED_BY(mutex_);
  std::optional<Errc> writes_fail_ GUARDED_BY(mutex_);
};

}  // namespace larder::testing
