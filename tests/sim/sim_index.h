// An index that fails by chance and dies with its process.
//
// What was committed before a kill or a power loss is there after it; a commit under way at that
// moment is there or not. Thread-safety: fibers of one thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/index.h"
#include "tests/sim/fibers.h"
#include "tests/support/memory_index.h"

namespace larder::sim {

class SimIndex final : public cache::Index {
 public:
  using Digest = cache::Digest;

  explicit SimIndex(Fibers& fibers) : fibers_(fibers) {}

  // So many calls in a thousand fail.
  void fail_at_random(unsigned per_mille) { failures_per_mille_ = per_mille; }
  // Dies in the `nth` write from now on, and calls `died`.
  void die_at_write(std::uint64_t nth, std::function<void()> died);
  // Every call fails.
  void die() { is_dead_ = true; }
  // The process runs again, and nothing fails.
  void restart();
  // Called after each tag that was written.
  void on_tag(std::function<void(const cache::TagRecord&)> written) { tag_written_ = written; }

  Result<std::optional<cache::BlobRecord>> find_blob(const Digest& digest) const override;
  Result<std::optional<cache::Document>> find_document(const Digest& digest) const override;
  Result<std::optional<cache::TagRecord>> find_tag(const cache::TagName& name) const override;
  Status put_blob(const Digest& digest, const cache::BlobRecord& record,
                  const std::optional<cache::Document>& document) override;
  Status add_blobs(std::span<const std::pair<Digest, cache::BlobRecord>> blobs) override;
  Status put_tag(const cache::TagName& name, const cache::TagRecord& record) override;
  Status remove_blobs(std::span<const Digest> digests) override;
  Status remove_tag(const cache::TagName& name) override;
  Result<std::vector<std::pair<Digest, cache::BlobRecord>>> blobs_after(
      const std::optional<Digest>& after, std::size_t count) const override;
  Status for_each_tag(const std::function<bool(const cache::TagName&, const cache::TagRecord&)>&
                          visit) const override;
  Result<std::vector<cache::Candidate>> candidates(cache::Queue queue, std::uint64_t position,
                                                   std::size_t count) const override;
  Status record_uses(std::span<const cache::BlobUse> uses) override;
  Status requeue(std::span<const cache::Requeue> changes) override;
  Status put_children(const Digest& parent, std::span<const Digest> children) override;
  Result<std::vector<Digest>> children_of(const Digest& parent) const override;
  Result<std::vector<Digest>> parents_of(const Digest& child) const override;
  Status put_pin(const Digest& digest, const cache::Pin& pin) override;
  Status remove_pin(const Digest& digest, const std::string& reason) override;
  Result<std::vector<cache::Pin>> pins_of(const Digest& digest) const override;
  Status for_each_pin(
      const std::function<bool(const Digest&, const cache::Pin&)>& visit) const override;
  Result<std::optional<std::string>> find_note(const std::string& name) const override;
  Status put_note(const std::string& name, const std::string& text) override;
  Result<cache::IndexTotals> totals() const override;

 private:
  Status may_read() const;
  Status write(const char* what, const std::function<Status()>& commit);

  Fibers& fibers_;
  testing::MemoryIndex rows_;
  unsigned failures_per_mille_ = 0;
  bool is_dead_ = false;
  std::uint64_t writes_left_ = 0;  // 0: it does not die by itself
  std::function<void()> died_;
  std::function<void(const cache::TagRecord&)> tag_written_;
};

}  // namespace larder::sim
