// What the store tells of blobs to whoever does not want to read them.
#include <algorithm>

#include "cache/store.h"

namespace larder::cache {

// The flight is looked up first: one that ends meanwhile has left a blob or a part by then.
BlobPresence Store::presence(const Digest& digest, std::optional<std::uint64_t> told_size) const {
  using State = BlobPresence::State;
  const auto flight = flights_.find(digest);
  if (const auto size = whole_size(digest)) return {State::whole, *size, size};
  if (flight != nullptr) {
    auto progress = flight->progress();
    if (!progress.size_bytes) progress.size_bytes = told_size;
    return progress;
  }
  const auto parked = parts_.parked.bytes_of(digest);
  if (!parked) return {State::absent, 0, told_size};
  return {State::partial, std::min(*parked, told_size.value_or(UINT64_MAX)), told_size};
}

// Of what open_cached_blob() would find.
std::optional<std::uint64_t> Store::whole_size(const Digest& digest) const {
  if (const auto pending = pending_.find_document(digest)) return pending->bytes.size();
  const auto document = parts_.index.find_document(digest);
  if (document.ok() && *document) return (*document)->bytes.size();
  const auto file = parts_.blob_files.find(digest);
  const auto size = file.ok() ? (*file)->size_bytes() : file.error();
  if (!size.ok()) return std::nullopt;
  const auto record = parts_.index.find_blob(digest);
  const bool is_it = !record.ok() || !*record || (*record)->size_bytes == *size;
  return is_it ? std::optional(*size) : std::nullopt;
}

}  // namespace larder::cache
