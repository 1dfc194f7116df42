#include "cache/blob_folders.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace larder::cache {

namespace {

namespace fs = std::filesystem;

constexpr char kBlobs[] = "blobs";
constexpr char kPartial[] = "partial";
constexpr std::string_view kChunks = ".chunks";
constexpr std::string_view kDocument = ".document";

std::string name_of(Shard shard) {
  constexpr char kHex[] = "0123456789abcdef";
  return {kHex[shard.number >> 4], kHex[shard.number & 0x0f]};
}

bool is_shard_name(std::string_view name) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 2 && is_hex(name[0]) && is_hex(name[1]);
}

bool is_algorithm_name(std::string_view name) {
  return std::any_of(kDigestAlgorithms.begin(), kDigestAlgorithms.end(),
                     [&](DigestAlgorithm algorithm) { return to_string(algorithm) == name; });
}

std::optional<Digest> blob_in(Shard shard, const DirectoryEntry& entry) {
  if (entry.is_directory) return std::nullopt;
  const Result<Digest> digest =
      Digest::parse(std::string(to_string(shard.algorithm)) + ":" + entry.name);
  if (!digest || shard_of(*digest) != shard) return std::nullopt;
  return *digest;
}

// "sha256-<hex>", as a partial file is called.
bool is_partial_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos) return false;
  return Digest::parse(std::string(name.substr(0, dash)) + ":" + std::string(name.substr(dash + 1)))
      .ok();
}

std::optional<UselessPartial> why_useless(const DirectoryEntry& entry,
                                          const std::vector<DirectoryEntry>& all) {
  const std::string path = (fs::path(kPartial) / entry.name).string();
  const std::string_view name = entry.name;
  const std::string_view stem = name.substr(0, name.find('.'));
  const std::string_view suffix = name.substr(stem.size());
  const bool is_known = suffix.empty() || suffix == kChunks || suffix == kDocument;
  if (entry.is_directory || !is_known || !is_partial_name(stem)) {
    return UselessPartial{path, "not a name of a partial blob", /*ours=*/false};
  }
  if (suffix == kDocument) return UselessPartial{path, "a document half written", /*ours=*/true};
  const bool has_data = std::any_of(
      all.begin(), all.end(), [&](const DirectoryEntry& other) { return other.name == stem; });
  if (suffix == kChunks && !has_data) return UselessPartial{path, "a chunk map without data", true};
  return std::nullopt;
}

}  // namespace

Shard shard_of(const Digest& digest) {
  return {digest.algorithm(), std::to_integer<std::uint8_t>(digest.bytes().front())};
}

std::optional<Shard> after(Shard shard) {
  if (shard.number < 0xff) {
    return Shard{shard.algorithm, static_cast<std::uint8_t>(shard.number + 1)};
  }
  if (shard.algorithm == kDigestAlgorithms.front()) return Shard{kDigestAlgorithms.back(), 0};
  return std::nullopt;
}

BlobFolders::BlobFolders(Files& files, fs::path root) : files_(&files), root_(std::move(root)) {}

Result<ShardListing> BlobFolders::list(Shard shard) const {
  const fs::path folder = fs::path(kBlobs) / to_string(shard.algorithm) / name_of(shard);
  const Result<std::vector<DirectoryEntry>> entries = entries_of(folder);
  if (!entries) return entries.error();
  ShardListing listing;
  for (const DirectoryEntry& entry : *entries) {
    if (const std::optional<Digest> digest = blob_in(shard, entry)) {
      listing.blobs.emplace_back(*digest, entry.size_bytes);
    } else {
      listing.strays.push_back((folder / entry.name).string());
    }
  }
  return listing;
}

Result<std::vector<std::string>> BlobFolders::strays_beside_shards() const {
  std::vector<std::string> strays;
  const auto collect = [&](const fs::path& folder, bool (*belongs)(std::string_view)) -> Status {
    const Result<std::vector<DirectoryEntry>> entries = entries_of(folder);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
      if (entry.is_directory && belongs(entry.name)) continue;
      strays.push_back((folder / entry.name).string());
    }
    return {};
  };
  Status done = collect(kBlobs, is_algorithm_name);
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    if (done) done = collect(fs::path(kBlobs) / to_string(algorithm), is_shard_name);
  }
  if (!done) return done.error();
  return strays;
}

Result<std::vector<UselessPartial>> BlobFolders::useless_partials() const {
  const Result<std::vector<DirectoryEntry>> entries = entries_of(kPartial);
  if (!entries) return entries.error();
  std::vector<UselessPartial> found;
  for (const DirectoryEntry& entry : *entries) {
    if (auto partial = why_useless(entry, *entries)) found.push_back(*std::move(partial));
  }
  return found;
}

Status BlobFolders::remove(const UselessPartial& partial) {
  return files_->remove(root_ / partial.path);
}

Result<std::vector<DirectoryEntry>> BlobFolders::entries_of(const fs::path& folder) const {
  Result<std::vector<DirectoryEntry>> entries = files_->list(root_ / folder);
  if (entries || entries.error().code != Errc::not_found) return entries;
  return std::vector<DirectoryEntry>();
}

}  // namespace larder::cache
