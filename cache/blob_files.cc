#include "cache/blob_files.h"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

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

constexpr std::string_view kChunkMapSuffix = ".chunks";

// The digest in "sha256-<hex>".
std::optional<Digest> digest_of_partial(std::string name) {
  const std::size_t dash = name.find('-');
  if (dash == name.npos) return std::nullopt;
  name[dash] = ':';
  const Result<Digest> digest = Digest::parse(name);
  return digest ? std::optional(*digest) : std::nullopt;
}

// Of the partial files only those can be gone on with that have a chunk map.
bool is_leftover(const std::set<std::string>& names, const std::string& name) {
  const std::string suffix(kChunkMapSuffix);
  if (!name.ends_with(suffix)) return digest_of_partial(name) && names.contains(name + suffix);
  return names.contains(name.substr(0, name.size() - suffix.size()));
}

Status remove_useless_partials(Files& files, const fs::path& directory) {
  const Result<std::vector<DirectoryEntry>> entries = files.list(directory);
  if (!entries) return entries.error();
  std::set<std::string> names;
  for (const DirectoryEntry& entry : *entries) names.insert(entry.name);
  for (const DirectoryEntry& entry : *entries) {
    if (entry.is_directory || is_leftover(names, entry.name)) continue;
    if (Status removed = files.remove(directory / entry.name); !removed) return removed;
  }
  return {};
}

Result<std::vector<std::byte>> read_all(const File& file) {
  const Result<std::uint64_t> size = file.size_bytes();
  if (!size) return size.error();
  std::vector<std::byte> bytes(*size);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const Result<std::size_t> got = file.read_at(done, std::span(bytes).subspan(done));
    if (!got) return got.error();
    if (*got == 0) break;
    done += *got;
  }
  bytes.resize(done);
  return bytes;
}

Status make_layout(Files& files, const fs::path& root) {
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
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
  if (ready) ready = remove_useless_partials(files, partial_directory(root));
  if (!ready) return in_context("open blob files", ready.error());
  return BlobFiles(files, std::move(root));
}

BlobFiles BlobFiles::at(Files& files, fs::path root) {
  return BlobFiles(files, std::move(root));
}

BlobFiles::BlobFiles(Files& files, fs::path root) : files_(&files), root_(std::move(root)) {}

Result<std::unique_ptr<File>> BlobFiles::find(const Digest& digest) const {
  return files_->open_read(blob_path(digest));
}

Result<std::unique_ptr<File>> BlobFiles::begin(const Digest& digest, Filling by) {
  if (by == Filling::flight) {
    if (Status removed = files_->remove(chunk_map_path(digest)); !removed) return removed.error();
  }
  return files_->create(partial_path(digest, by));
}

Result<std::unique_ptr<File>> BlobFiles::begin_chunk_map(const Digest& digest) {
  return files_->create(chunk_map_path(digest));
}

Result<BlobFiles::Leftover> BlobFiles::find_leftover(const Digest& digest) const {
  auto chunk_map = files_->open_write(chunk_map_path(digest));
  if (!chunk_map) return chunk_map.error();
  auto data = files_->open_write(partial_path(digest, Filling::flight));
  if (!data) return data.error();
  const auto bytes = read_all(**chunk_map);
  if (!bytes) return bytes.error();
  auto chunks = decode_chunk_map(*bytes);
  if (!chunks) return Error{Errc::not_found, "the chunk map of " + digest.str() + " is damaged"};
  return Leftover{std::move(*data), std::move(*chunk_map), bytes->size(), std::move(*chunks)};
}

Result<std::vector<BlobFiles::Partial>> BlobFiles::leftovers() const {
  const Result<std::vector<DirectoryEntry>> entries = files_->list(partial_directory(root_));
  if (!entries) return entries.error();
  std::vector<Partial> found;
  for (const DirectoryEntry& entry : *entries) {
    const std::optional<Digest> digest = digest_of_partial(entry.name);
    if (digest && !entry.is_directory) found.push_back({*digest, entry.disk_bytes});
  }
  return found;
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
  if (by == Filling::flight)
    (void)files_->remove(chunk_map_path(digest));  // else at the next start
  (void)file.make_read_only();                     // only a guard against accidents
  return {};
}

Status BlobFiles::discard(const Digest& digest, Filling by) {
  if (by == Filling::flight) (void)files_->remove(chunk_map_path(digest));
  return files_->remove(partial_path(digest, by));
}

Status BlobFiles::remove(const Digest& digest) {
  return files_->remove(blob_path(digest));
}

Status BlobFiles::remove_lastingly(const Digest& digest) {
  if (Status removed = remove(digest); !removed) return removed;
  Status synced = files_->sync_directory(blob_path(digest).parent_path());
  const bool no_folder = !synced && synced.error().code == Errc::not_found;
  return no_folder ? Status() : synced;
}

Status BlobFiles::for_each(const Visit& visit) const {
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    const fs::path directory = algorithm_directory(root_, algorithm);
    const Result<bool> going_on = visit_algorithm(*files_, directory, algorithm, visit);
    if (!going_on) return in_context("list blobs", going_on.error());
    if (!*going_on) break;
  }
  return {};
}

Status BlobFiles::sync_names() const {
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    const fs::path directory = algorithm_directory(root_, algorithm);
    const auto shards = files_->list(directory);
    if (!shards) return shards.error();
    for (const DirectoryEntry& shard : *shards) {
      if (!shard.is_directory) continue;
      if (Status synced = files_->sync_directory(directory / shard.name); !synced) return synced;
    }
    if (Status synced = files_->sync_directory(directory); !synced) return synced;
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

fs::path BlobFiles::chunk_map_path(const Digest& digest) const {
  return partial_path(digest, Filling::flight) += kChunkMapSuffix;
}

}  // namespace larder::cache
