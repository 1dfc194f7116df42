// Where blobs lie on disk; every on-disk name of a blob is made and read here.
//
//   <root>/blobs/<algorithm>/<first two hex>/<hex>   complete, verified, immutable
//   <root>/partial/<algorithm>-<hex>                 being filled by a flight, or left by one
//   <root>/partial/<algorithm>-<hex>.chunks          which chunks of it there are (chunk_map.h)
//   <root>/partial/<algorithm>-<hex>.document        being written whole
//
// A blob is visible to find() only after publish(). Publish order (docs/architecture.md): data
// synced, renamed into place, the directories synced; the index record is the caller's next step.
// Thread-safety: any thread; each partial file has one writer at a time.
// Blocks: on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "cache/chunk_map.h"
#include "cache/digest.h"
#include "cache/files.h"

namespace larder::cache {

// Who fills a partial file. A flight and a document of the same digest must not share one.
enum class Filling { flight, document };

class BlobFiles {
 public:
  // Makes the folders and drops the partial files of an earlier run that nobody can go on with.
  // `files` must outlive the result.
  static Result<BlobFiles> open(Files& files, std::filesystem::path root);

  // As they lie: makes and drops nothing.
  static BlobFiles at(Files& files, std::filesystem::path root);

  // Returns: not_found.
  Result<std::unique_ptr<File>> find(const Digest& digest) const;

  // An empty partial file, for writing and reading; without a chunk map.
  Result<std::unique_ptr<File>> begin(const Digest& digest, Filling by = Filling::flight);

  // An empty chunk map for the partial file.
  Result<std::unique_ptr<File>> begin_chunk_map(const Digest& digest);

  // What an earlier flight has left, for writing and reading.
  struct Leftover {
    std::unique_ptr<File> data;
    std::unique_ptr<File> chunk_map;
    std::uint64_t chunk_map_bytes = 0;
    ChunkMap chunks;
  };
  // Returns: not_found when there is nothing to go on with.
  Result<Leftover> find_leftover(const Digest& digest) const;

  struct Partial {
    Digest digest;
    std::uint64_t disk_bytes;
  };
  // What earlier flights have left.
  Result<std::vector<Partial>> leftovers() const;

  // Makes the partial file the blob, lastingly. On error the partial file is left to discard().
  // Requires: `file` is the one begin() gave for `digest`, whole and verified.
  Status publish(const Digest& digest, File& file, Filling by = Filling::flight);

  // The partial file and its chunk map; absent is fine.
  Status discard(const Digest& digest, Filling by = Filling::flight);
  // The blob; absent is fine; open readers keep reading.
  Status remove(const Digest& digest);
  // As remove(), and no power loss brings it back.
  Status remove_lastingly(const Digest& digest);

  // Calls `visit` for every complete blob, in no order; files with names that are no digest are
  // skipped. Stops early when `visit` returns false.
  Status for_each(const std::function<bool(const Digest&, std::uint64_t size_bytes)>& visit) const;

  // Makes every name of a blob lasting: a kill may have come between a rename and its sync.
  Status sync_names() const;

  Result<Space> space() const { return files_->space(root_); }

 private:
  BlobFiles(Files& files, std::filesystem::path root);

  std::filesystem::path blob_path(const Digest& digest) const;
  std::filesystem::path partial_path(const Digest& digest, Filling by) const;
  std::filesystem::path chunk_map_path(const Digest& digest) const;

  Files* files_;
  std::filesystem::path root_;
};

}  // namespace larder::cache
