#include "cache/blob_remover.h"

#include <utility>

namespace larder::cache {

Result<std::optional<BlobRemover::Victim>> BlobRemover::claim(const Digest& digest) const {
  std::optional<Claims::Removal> claim = parts_.claims.try_remove(digest);
  if (!claim) return std::optional<Victim>();
  Result<std::optional<BlobRecord>> record = parts_.index.find_blob(digest);
  if (!record) return record.error();
  if (!*record) return std::optional<Victim>();
  Result<std::vector<Digest>> children = parts_.index.children_of(digest);
  if (!children) return children.error();
  return std::optional<Victim>(
      Victim{digest, **std::move(record), *std::move(children), *std::move(claim)});
}

Result<std::uint64_t> BlobRemover::remove(const std::vector<Victim>& victims) {
  std::vector<Digest> digests;
  for (const Victim& victim : victims) digests.push_back(victim.digest);
  if (Status gone = parts_.index.remove_blobs(digests); !gone) {
    return in_context("remove blobs", gone.error());
  }
  std::uint64_t released_bytes = 0;
  Status failed;
  for (const Victim& victim : victims) {
    if (Status removed = remove_file(victim); !removed) {
      failed = removed;
      put_back(victim);
    } else {
      released_bytes += disk_bytes(victim.record.size_bytes);
    }
  }
  if (!failed && released_bytes == 0) return in_context("remove blobs", failed.error());
  return released_bytes;
}

Status BlobRemover::remove_file(const Victim& victim) {
  Status removed = parts_.blob_files.remove(victim.digest);
  if (!removed) return removed;
  parts_.space.release(victim.record.size_bytes);
  parts_.observer.evicted(victim.digest, victim.record.size_bytes);
  return {};
}

// Without its document's copy: the file has the bytes. When this fails too, the blob is a file
// without a record until the next walk; its bytes stay counted.
void BlobRemover::put_back(const Victim& victim) {
  Status put = parts_.index.put_blob(victim.digest, victim.record, std::nullopt);
  if (put && !victim.children.empty())
    put = parts_.index.put_children(victim.digest, victim.children);
  if (put) return;
  parts_.recordless.note(victim.digest);
  parts_.observer.cache_degraded(victim.digest, put.error());
}

}  // namespace larder::cache
