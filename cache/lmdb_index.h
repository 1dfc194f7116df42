// The index in LMDB (docs/on-disk-format.md). Only lmdb_environment.h, behind it, sees lmdb.h.
//
// One process, one environment, one object: open() takes an exclusive flock on `<directory>/lock`
// first, because LMDB's own locks do not hold across PID namespaces.
// Thread-safety and blocking: as index.h says.
#pragma once

#include <filesystem>
#include <memory>

#include "cache/index.h"

namespace larder::cache {

class LmdbEnvironment;

struct LmdbIndexOptions {
  std::filesystem::path directory;       // made if absent, mode 0700
  std::uint64_t map_bytes = 4ULL << 30;  // address space, and the largest the index can grow
  unsigned readers_max = 1024 + 16;      // concurrent read transactions: worker threads + margin
};

class LmdbIndex final : public Index {
 public:
  // Reads all rows once to know that they are good: milliseconds per ten thousand.
  // Returns: busy when another process holds the directory; corrupt when the file is damaged or of
  // another format (the caller moves it aside); denied, no_space or io otherwise.
  // Forks: a child reads the whole index first, because a damaged one can kill its reader. Call it
  // before there are threads that matter to the child. Blocks: for the two readings.
  static Result<std::unique_ptr<LmdbIndex>> open(const LmdbIndexOptions& options);
  ~LmdbIndex() override;

  Result<std::optional<BlobRecord>> find_blob(const Digest& digest) const override;
  Result<std::optional<Document>> find_document(const Digest& digest) const override;
  Result<std::optional<TagRecord>> find_tag(const TagName& name) const override;
  Status put_blob(const Digest& digest, const BlobRecord& record,
                  const std::optional<Document>& document) override;
  Status put_tag(const TagName& name, const TagRecord& record) override;
  Status remove_blob(const Digest& digest) override;
  Status remove_tag(const TagName& name) override;
  Status for_each_blob(
      const std::function<bool(const Digest&, const BlobRecord&)>& visit) const override;
  Status for_each_tag(
      const std::function<bool(const TagName&, const TagRecord&)>& visit) const override;
  Result<IndexTotals> totals() const override;

 private:
  static Result<std::unique_ptr<LmdbIndex>> open_and_check(const LmdbIndexOptions& options);
  explicit LmdbIndex(std::unique_ptr<LmdbEnvironment> environment);
  std::unique_ptr<LmdbEnvironment> environment_;
};

}  // namespace larder::cache
