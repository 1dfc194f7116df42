// The index of the moment: each call goes to the one there is now, which can be replaced meanwhile.
//
// Whoever is in a call keeps its index alive until it returns. An index is known to be damaged from
// the first call that found it so; that call, and those after it, return the error.
// Thread-safety: any thread. Blocks: as index.h says.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cache/base/mutex.h"
#include "cache/lmdb_index.h"

namespace larder::cache {

class CurrentIndex : public Index {
 public:
  Result<std::optional<BlobRecord>> find_blob(const Digest& digest) const override;
  Result<std::optional<Document>> find_document(const Digest& digest) const override;
  Result<std::optional<TagRecord>> find_tag(const TagName& name) const override;
  Status put_blob(const Digest& digest, const BlobRecord& record,
                  const std::optional<Document>& document) override;
  Status add_blobs(std::span<const std::pair<Digest, BlobRecord>> blobs) override;
  Status put_tag(const TagName& name, const TagRecord& record) override;
  Status remove_blobs(std::span<const Digest> digests) override;
  Status remove_tag(const TagName& name) override;
  Result<std::vector<std::pair<Digest, BlobRecord>>> blobs_after(const std::optional<Digest>& after,
                                                                 std::size_t count) const override;
  Status for_each_tag(
      const std::function<bool(const TagName&, const TagRecord&)>& visit) const override;
  Result<std::vector<Candidate>> candidates(Queue queue, std::uint64_t position,
                                            std::size_t count) const override;
  Status record_uses(std::span<const BlobUse> uses) override;
  Status requeue(std::span<const Requeue> changes) override;
  Status put_children(const Digest& parent, std::span<const Digest> children) override;
  Result<std::vector<Digest>> children_of(const Digest& parent) const override;
  Result<std::vector<Digest>> parents_of(const Digest& child) const override;
  Status put_pin(const Digest& digest, const Pin& pin) override;
  Status remove_pin(const Digest& digest, const std::string& reason) override;
  Result<std::vector<Pin>> pins_of(const Digest& digest) const override;
  Status for_each_pin(const std::function<bool(const Digest&, const Pin&)>& visit) const override;
  Result<std::optional<std::string>> find_note(const std::string& name) const override;
  Status put_note(const std::string& name, const std::string& text) override;
  Result<IndexTotals> totals() const override;

 protected:
  std::shared_ptr<LmdbIndex> current() const;
  void set_current(std::shared_ptr<LmdbIndex> index);

  // Of the current one. Noting it of another, or again, changes nothing.
  std::optional<Error> damage() const;
  void note_damage(const LmdbIndex& index, const Error& why) const;

 private:
  template <class Call>
  auto on_current(Call call) const;
  template <class Call>
  Status write_current(Call call) const;

  mutable Mutex mutex_;
  std::shared_ptr<LmdbIndex> index_ GUARDED_BY(mutex_);
  mutable std::optional<Error> damage_ GUARDED_BY(mutex_);
};

}  // namespace larder::cache
