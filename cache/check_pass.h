// One pass over all of a cache: every record and every blob file, shard by shard.
//
// It goes in the order of digests, in small steps that hold no snapshot of the index and no more
// names than one folder has, so it can run beside everything else and go on where it stopped.
// Thread-safety: one thread. Blocks: on disk, and in the observer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "cache/blob_check.h"
#include "cache/blob_folders.h"
#include "cache/blob_mender.h"
#include "cache/check_report.h"
#include "cache/index.h"

namespace larder::cache {

// What a pass asks and tells; called on its thread.
class CheckObserver {
 public:
  virtual ~CheckObserver() = default;
  // Before a file is opened, and before each piece of it is read; false ends the pass. May block.
  virtual bool before_file() = 0;
  virtual bool before_piece(std::uint64_t bytes) = 0;
  // This blob has been checked, and all before it in the order of digests.
  virtual void checked(const Digest& digest) = 0;
  virtual void found(Finding finding) = 0;
  // A file was bad or gone; what could be done about it has been done.
  virtual void bad_file(const Digest& digest) = 0;
};

struct CheckPassParts {
  const BlobFiles& blob_files;
  BlobFolders folders;
  const Index* index;  // nullptr: none to be had; the files are checked by their names
  BlobMender* mender;  // nullptr: find and change nothing
  std::function<bool(const Digest&)> is_being_written;
  CheckObserver& observer;
  std::size_t piece_bytes = 256 << 10;
};

class CheckPass {
 public:
  explicit CheckPass(CheckPassParts parts);

  // From the first blob after `after`, or all.
  // Returns: cancelled when the observer ended it; what the index or a folder returned; io when so
  // many files in a row cannot be read that the disk is to be suspected, and not the blobs.
  Status run(const std::optional<Digest>& after);

 private:
  using Row = std::pair<Digest, BlobRecord>;
  struct Trouble {
    Finding finding;
    std::function<Mended(BlobMender&)> mend;
  };

  Status check_shard(Shard shard);
  Result<std::optional<Row>> next_record(Shard shard);
  Status check_record(const Row& row);
  void judge(const Row& row, const BlobVerdict& verdict);
  void check_copy(const Row& row);
  Status check_files(Shard shard);
  Status check_file(const Digest& digest);
  Result<bool> is_orphan(const Digest& digest) const;
  Result<BlobVerdict> verdict_on(const Digest& digest);
  void tell_of_file(const Trouble& trouble, BlobState state);
  void settle_unreadable(bool mend);
  void tell(const Trouble& trouble);

  const CheckPassParts parts_;
  BlobCheck check_;
  std::deque<Row> rows_;              // read ahead from the index
  std::optional<Digest> rows_after_;  // where to read on
  unsigned unreadable_in_a_row_ = 0;
  std::vector<Trouble> unreadable_;  // not yet told
};

}  // namespace larder::cache
