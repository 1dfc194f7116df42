// What lies in the folders of a cache, as a check sees it: blobs, and what is none.
//
// blob_files.h says where things lie. Thread-safety: any thread. Blocks: on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/digest.h"
#include "cache/files.h"

namespace larder::cache {

// The folder of the blobs whose digests begin alike; ordered as they are.
struct Shard {
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  std::uint8_t number = 0;  // the first byte

  auto operator<=>(const Shard&) const = default;
};
inline constexpr std::size_t kShards = 512;

Shard shard_of(const Digest& digest);
std::optional<Shard> after(Shard shard);  // empty after the last one

struct ShardListing {
  std::vector<std::pair<Digest, std::uint64_t>> blobs;  // with the size of the file; in no order
  std::vector<std::string> strays;                      // paths below the root
};

// A file in `partial/` that no flight will take up again.
struct UselessPartial {
  std::string path;  // below the root
  std::string why;   // "a document half written"
  bool ours;         // named as Larder names its files; else somebody else's

  bool operator==(const UselessPartial&) const = default;
};

class BlobFolders {
 public:
  // `files` must outlive the result. Makes nothing.
  BlobFolders(Files& files, std::filesystem::path root);

  // A folder that is not there is empty.
  Result<ShardListing> list(Shard shard) const;
  // What lies in `blobs/` beside the shards.
  Result<std::vector<std::string>> strays_beside_shards() const;
  Result<std::vector<UselessPartial>> useless_partials() const;
  Status remove(const UselessPartial& partial);

 private:
  Result<std::vector<DirectoryEntry>> entries_of(const std::filesystem::path& folder) const;

  Files* files_;
  std::filesystem::path root_;
};

}  // namespace larder::cache
