// Puts right what a check of the cache found wrong with one blob, under the eyes of its users.
//
// Every step is taken with the blob claimed, after asking again whether it is still as it was
// found: meanwhile it may have been evicted, or fetched again. A bad blob is removed even while it
// is being read: who has it open goes on, nobody else gets its bytes, and the next request fetches
// it. Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cache/base/clock.h"
#include "cache/blob_files.h"
#include "cache/claims.h"
#include "cache/index.h"

namespace larder::cache {

struct BlobMenderParts {
  BlobFiles& blob_files;
  Index& index;
  Claims& claims;
  const Clock& clock;
  // Whether a flight or a document is about to publish the blob.
  std::function<bool(const Digest&)> is_being_written;
  // A blob of this size is recorded now, or not any more.
  std::function<void(std::uint64_t size_bytes)> counted;
  std::function<void(std::uint64_t size_bytes)> released;
};

struct Mended {
  bool is_moot = false;  // not as it was found any more: there is nothing to tell
  bool done = false;
  std::string how;  // "removed", or why it could not be done
};

class BlobMender {
 public:
  explicit BlobMender(BlobMenderParts parts);

  // A file that is missing or bad. From the index's copy of its bytes it is written again; without
  // one, record and file go.
  Mended drop(const Digest& digest, const BlobRecord& seen);
  // A good file of another size than its record says.
  Mended correct_size(const Digest& digest, const BlobRecord& seen, std::uint64_t size_bytes);
  // A good file whose copy in the index is damaged.
  Mended renew_copy(const Digest& digest, const BlobRecord& seen);
  // A good file without a record gets one.
  Mended adopt(const Digest& digest, std::uint64_t size_bytes);
  // A bad file without a record goes.
  Mended remove_orphan(const Digest& digest);

 private:
  bool is_still(const Digest& digest, const BlobRecord& seen) const;
  bool is_orphan(const Digest& digest) const;
  Status write_again(const Digest& digest, const BlobRecord& seen, const Document& document);
  Status remove(const Digest& digest, std::uint64_t size_bytes);
  Status put(const Digest& digest, BlobRecord record, std::uint64_t size_bytes);

  const BlobMenderParts parts_;
};

}  // namespace larder::cache
