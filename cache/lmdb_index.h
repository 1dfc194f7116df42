// The index in LMDB (docs/on-disk-format.md). Only lmdb_environment.h, behind it, sees lmdb.h.
//
// One process, one environment, one object: whoever opens it holds the DirectoryLock of the cache,
// because LMDB's own locks do not hold across PID namespaces.
// Thread-safety and blocking: as index.h says.
#pragma once

#include <filesystem>
#include <memory>

#include "cache/index.h"

namespace larder::cache {

class LmdbEnvironment;

struct LmdbIndexOptions {
  std::filesystem::path directory;       // made if absent, mode 0700
  std::uint64_t map_bytes = 4ULL << 30;  // address space; doubled at open when half of it is used
  unsigned readers_max = 1024 + 16;      // concurrent read transactions: worker threads + margin
};

class LmdbIndex final : public Index {
 public:
  // Looks at LMDB's own pages, the schema and the totals only: milliseconds, however many rows
  // (IndexReading reads them all). Rows of an older schema are converted first.
  // Returns: corrupt when the file is damaged or of a newer format (the caller moves it aside);
  // denied, no_space or io otherwise. A damaged page can still kill whoever reads it.
  // Requires: nobody else has it open for writing.
  static Result<std::unique_ptr<LmdbIndex>> open(const LmdbIndexOptions& options);
  // For who only looks: changes nothing on disk, so it works where nothing can be written, and
  // writes return denied. Returns: as open(); denied when rows of an older schema would have to be
  // converted. Requires: nobody else has it open.
  static Result<std::unique_ptr<LmdbIndex>> open_unchanged(const LmdbIndexOptions& options);
  ~LmdbIndex() override;

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

  // Grows with each commit that changed something.
  std::uint64_t last_commit() const;
  // Address space it has now.
  std::uint64_t map_bytes() const;
  // Frees what readers that died held.
  Status check_readers();
  // Writes a compact copy of one snapshot into an empty file, as data.mdb.
  // Returns: no_space; what was written is then of no use.
  Status copy_to(int descriptor) const;

 private:
  explicit LmdbIndex(std::unique_ptr<LmdbEnvironment> environment);
  static Result<std::unique_ptr<LmdbIndex>> checked(std::unique_ptr<LmdbEnvironment> environment,
                                                    const LmdbIndexOptions& options);
  std::unique_ptr<LmdbEnvironment> environment_;
};

}  // namespace larder::cache
