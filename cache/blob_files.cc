#include "cache/blob_files.h"

#include <array>
#include <optional>
#include <utility>

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

constexpr std::array kAlgorithms = {DigestAlgorithm::sha256, DigestAlgorithm::sha512};
constexpr std::size_t kShardDigits = 2;

fs::path algorithm_directory(const fs::path& root, DigestAlgorithm algorithm) {
  return root / "blobs" / to_string(algorithm);
}

fs::path partial_directory(const fs::path& root) {
  return root / "partial";
}

std::optional<Digest> digest_of_name(DigestAlgorithm algorithm, std::string_view shard,
                                     const std::string& name) {
  if (name.substr(0, kShardDigits) != shard) return std::nullopt;
  const Result<Digest> digest = Digest::parse(std::string(to_string(algorithm)) + ":" + name);
  return digest ? std::optional(*digest) : std::nullopt;
}

Status remove_partials(Files& files, const fs::path& directory) {
  const Result<std::vector<DirectoryEntry>> entries = files.list(directory);
  if (!entries) return entries.error();
  for (const DirectoryEntry& entry : *entries) {
    if (entry.is_directory) continue;
    if (Status removed = files.remove(directory / entry.name); !removed) return removed;
  }
  return {};
}

Status make_layout(Files& files, const fs::path& root) {
  for (const DigestAlgorithm algorithm : kAlgorithms) {
    Status made = files.make_directories(algorithm_directory(root, algorithm));
    if (!made) return made;
  }
  return files.make_directories(partial_directory(root));
}

// The shard may be new, so the entry that names it is synced as well.
Status sync_entry(Files& files, const fs::path& blob, const fs::path& partial) {
  const fs::path shard = blob.parent_path();
  for (const fs::path& directory : {shard, shard.parent_path(), partial.parent_path()}) {
    if (Status synced = files.sync_directory(directory); !synced) return synced;
  }
  return {};
}

using Visit = std::function<bool(const Digest&, std::uint64_t)>;

// Returns: whether to go on.
bool visit_shard(DigestAlgorithm algorithm, std::string_view shard,
                 const std::vector<DirectoryEntry>& entries, const Visit& visit) {
  for (const DirectoryEntry& entry : entries) {
    if (entry.is_directory) continue;
    const std::optional<Digest> digest = digest_of_name(algorithm, shard, entry.name);
    if (digest && !visit(*digest, entry.size_bytes)) return false;
  }
  return true;
}

Result<bool> visit_algorithm(Files& files, const fs::path& directory, DigestAlgorithm algorithm,
                             const Visit& visit) {
  const Result<std::vector<DirectoryEntry>> shards = files.list(directory);
  if (!shards) return shards.error();
  for (const DirectoryEntry& shard : *shards) {
    if (!shard.is_directory || shard.name.size() != kShardDigits) continue;
    const Result<std::vector<DirectoryEntry>> blobs = files.list(directory / shard.name);
    if (!blobs) return blobs.error();
    if (!visit_shard(algorithm, shard.name, *blobs, visit)) return false;
  }
  return true;
}

}  // namespace

Result<BlobFiles> BlobFiles::open(Files& files, fs::path root) {
  Status ready = make_layout(files, root);
  if (ready) ready = remove_partials(files, partial_directory(root));
  if (!ready) return in_context("open blob files", ready.error());
  return BlobFiles(files, std::move(root));
}

BlobFiles::BlobFiles(Files& files, fs::path root) : files_(&files), root_(std::move(root)) {}

Result<std::unique_ptr<File>> BlobFiles::find(const Digest& digest) const {
  return files_->open_read(blob_path(digest));
}

Result<std::unique_ptr<File>> BlobFiles::begin(const Digest& digest, Filling by) {
  return files_->create(partial_path(digest, by));
}

Status BlobFiles::publish(const Digest& digest, File& file, Filling by) {
  const fs::path partial = partial_path(digest, by);
  const fs::path blob = blob_path(digest);

  Status done = file.sync();
  if (done) done = files_->make_directories(blob.parent_path());
  if (done) done = files_->rename(partial, blob);
  if (!done) return in_context("publish " + digest.str(), done.error());

  done = sync_entry(*files_, blob, partial);
  if (!done) {
    // Not lasting, so not published: what cannot be relied on must not be found.
    (void)files_->remove(blob);
    return in_context("publish " + digest.str(), done.error());
  }
  (void)file.make_read_only();  // only a guard against accidents
  return {};
}

Status BlobFiles::discard(const Digest& digest, Filling by) {
  return files_->remove(partial_path(digest, by));
}

Status BlobFiles::remove(const Digest& digest) {
  return files_->remove(blob_path(digest));
}

Status BlobFiles::for_each(const Visit& visit) const {
  for (const DigestAlgorithm algorithm : kAlgorithms) {
    const fs::path directory = algorithm_directory(root_, algorithm);
    const Result<bool> going_on = visit_algorithm(*files_, directory, algorithm, visit);
    if (!going_on) return in_context("list blobs", going_on.error());
    if (!*going_on) break;
  }
  return {};
}

fs::path BlobFiles::blob_path(const Digest& digest) const {
  const std::string hex = digest.hex();
  return algorithm_directory(root_, digest.algorithm()) / hex.substr(0, kShardDigits) / hex;
}

fs::path BlobFiles::partial_path(const Digest& digest, Filling by) const {
  const char* const suffix = by == Filling::document ? ".document" : "";
  return partial_directory(root_) /
         (std::string(to_string(digest.algorithm())) + "-" + digest.hex() + suffix);
}

}  // namespace larder::cache
