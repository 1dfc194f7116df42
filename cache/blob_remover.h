// Removes complete blobs: record, file, bytes counted, in an order that survives a kill.
//
// The records go first, in one transaction, then the files, then the space is released. A failing
// index so stops everything before a byte is lost, and no record ever promises a file that is gone.
// A kill in between leaves files without records, one call's worth at most: they are served as
// before, and the walk that follows an unclean stop gives them records and counts them. A file that
// cannot be removed gets its record back: it is still served, still counted, and chosen again
// later. Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cache/blob_files.h"
#include "cache/claims.h"
#include "cache/index.h"
#include "cache/recordless.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"

namespace larder::cache {

class BlobRemover {
 public:
  struct Parts {
    Index& index;
    BlobFiles& blob_files;
    SpaceKeeper& space;
    Claims& claims;
    StoreObserver& observer;
    Recordless& recordless;
  };

  // A blob that nobody else can use or remove until this is destroyed.
  struct Victim {
    Digest digest;
    BlobRecord record;
    std::vector<Digest> children;
    Claims::Removal claim;
  };

  explicit BlobRemover(const Parts& parts) : parts_(parts) {}

  // Nothing when somebody holds it, removes it, or there is no record of it.
  // Blocks: on reads of the index.
  Result<std::optional<Victim>> claim(const Digest& digest) const;

  // Returns: how many bytes were released, if any were; else why none: nothing was removed then.
  // Blocks: on one commit of the index and on disk.
  Result<std::uint64_t> remove(const std::vector<Victim>& victims);

 private:
  Status remove_file(const Victim& victim);
  void put_back(const Victim& victim);

  const Parts parts_;
};

}  // namespace larder::cache
