// What the store writes: documents, tags and the records of published blobs.
#include <utility>

#include "cache/disk_bytes.h"
#include "cache/hasher.h"
#include "cache/store.h"
#include "cache/whole_file.h"

namespace larder::cache {

Status Store::put_document(const Digest& digest, const Document& document) {
  const auto bytes = std::as_bytes(std::span(document.bytes));
  if (digest_of(digest.algorithm(), bytes) != digest) {
    return Error{Errc::corrupt, "document does not match " + digest.str()};
  }
  const Status put = pending_.put_document(digest, document);
  if (!put.ok()) parts_.observer.cache_degraded(digest, put.error());
  return {};
}

void Store::put_tag(const TagName& name, const TagRecord& record) {
  const Status put = pending_.put_tag(name, record);
  if (!put.ok()) parts_.observer.cache_degraded(record.digest, put.error());
}

void Store::write_tag(const TagName& name, const TagRecord& record) {
  const auto before = parts_.index.find_tag(name);
  const Status put = parts_.index.put_tag(name, record);
  if (!put.ok()) return parts_.observer.cache_degraded(record.digest, put.error());
  const bool moved = before.ok() && *before && (*before)->digest != record.digest;
  if (moved) parts_.evictor.superseded((*before)->digest);
}

void Store::write_document(const Digest& digest, const Document& document) {
  const auto hold = parts_.claims.hold(digest);
  Status written = write_document_file(digest, document);
  if (written.ok() && parts_.children_of) {
    const auto children = parts_.children_of(document);
    if (!children.empty()) written = parts_.index.put_children(digest, children);
  }
  if (!written.ok()) parts_.observer.cache_degraded(digest, written.error());
}

Status Store::write_document_file(const Digest& digest, const Document& document) {
  const auto turn = turns_.take(digest);
  const auto indexed = document.bytes.size() <= kIndexedDocumentBytesMax
                           ? std::optional<Document>(document)
                           : std::nullopt;
  const auto record = new_record(digest, document.bytes.size(), document.media_type);
  const auto is_there = has_file(digest, record.size_bytes);
  if (!is_there.ok()) return is_there.error();
  if (*is_there) return record_other_file(digest, record, indexed);
  auto room = parts_.space.reserve(document.bytes.size());
  if (!room.ok()) return room.error();
  auto file = parts_.blob_files.begin(digest, Filling::document);
  if (!file.ok()) return file.error();
  Status done = (*file)->write_at(0, std::as_bytes(std::span(document.bytes)));
  if (!done.ok()) {
    (void)parts_.blob_files.discard(digest, Filling::document);
    return done;
  }
  const Kept kept = keep_file(digest, **file, Filling::document, record, indexed);
  if (kept.stays) room->keep();
  return kept.status;
}

// A small blob (an image config) is kept in the index too. A manifest that was fetched as a blob as
// well stays a manifest.
bool Store::publish_blob(const Digest& digest, File& file, std::uint64_t size_bytes) {
  const auto turn = turns_.take(digest);
  const auto known = parts_.index.find_blob(digest);
  const std::string media_type = known.ok() && *known ? (*known)->media_type : "";
  std::optional<Document> document;
  if (size_bytes > 0 && size_bytes <= kIndexedDocumentBytesMax) {
    if (auto bytes = read_whole(file, kIndexedDocumentBytesMax); bytes.ok()) {
      document = Document{media_type, *std::move(bytes)};
    }
  }
  const auto record = new_record(digest, size_bytes, media_type);
  const auto is_there = has_file(digest, size_bytes);
  const Kept kept = !is_there.ok() ? drop_partial(digest, is_there.error())
                    : *is_there    ? keep_other_file(digest, record, document)
                                   : keep_file(digest, file, Filling::flight, record, document);
  if (kept.status.ok()) {
    parts_.observer.blob_published(digest, size_bytes);
  } else {
    parts_.observer.cache_degraded(digest, kept.status.error());
  }
  return kept.stays;
}

// Whether a file of the blob is there. One that cannot be looked at is no reason to replace it.
Result<bool> Store::has_file(const Digest& digest, std::uint64_t size_bytes) const {
  const auto file = parts_.blob_files.find(digest);
  if (!file.ok() && file.error().code == Errc::not_found) return false;
  if (!file.ok()) return file.error();
  const auto size = (*file)->size_bytes();
  if (!size.ok()) return size.error();
  return *size == size_bytes;
}

Store::Kept Store::drop_partial(const Digest& digest, const Error& why) {
  (void)parts_.blob_files.discard(digest);
  return {false, why};
}

// The blob came as a document meanwhile: what lasts already is not put at risk.
Store::Kept Store::keep_other_file(const Digest& digest, const BlobRecord& record,
                                   const std::optional<Document>& document) {
  (void)parts_.blob_files.discard(digest);
  return {false, record_other_file(digest, record, document)};
}

Status Store::record_other_file(const Digest& digest, const BlobRecord& record,
                                const std::optional<Document>& document) {
  const auto known = parts_.index.find_blob(digest);
  if (!known.ok()) return known.error();  // whether it is counted is not known either
  const Status put = parts_.index.put_blob(digest, record, document);
  if (put.ok() && !*known) count_found_file(digest, record.size_bytes);
  return put;
}

// The partial file becomes the blob and gets its record. Requires: the blob's turn.
Store::Kept Store::keep_file(const Digest& digest, File& file, Filling by, const BlobRecord& record,
                             const std::optional<Document>& document) {
  const std::uint64_t replaced_bytes = counted_bytes(digest);
  if (Status published = parts_.blob_files.publish(digest, file, by); !published.ok()) {
    (void)parts_.blob_files.discard(digest, by);
    (void)drop_record_if_missing(digest);
    return {false, published};
  }
  parts_.space.release(replaced_bytes);
  (void)parts_.recordless.take(digest);
  const Status put = parts_.index.put_blob(digest, record, document);
  return {put.ok() || stays_without_record(digest), put};
}

// What an earlier file of the blob, or a record of one that is missing, is counted with.
std::uint64_t Store::counted_bytes(const Digest& digest) const {
  const auto file = parts_.blob_files.find(digest);
  const auto size = file.ok() ? (*file)->size_bytes() : file.error();
  if (counted_ == Counted::files) return size.ok() ? disk_bytes(*size) : 0;
  const auto known = parts_.index.find_blob(digest);
  if (known.ok() && *known) return disk_bytes((*known)->size_bytes);
  return size.ok() && parts_.recordless.contains(digest) ? disk_bytes(*size) : 0;
}

// Its record could not be written. One without any could never be evicted, so it goes.
// Returns: whether it is still there.
bool Store::stays_without_record(const Digest& digest) {
  const auto known = parts_.index.find_blob(digest);
  if (known.ok() && *known) return true;  // an earlier one, of the same bytes
  if (known.ok() && parts_.blob_files.remove(digest).ok()) return false;
  parts_.recordless.note(digest);
  return true;
}

BlobRecord Store::new_record(const Digest& digest, std::uint64_t size_bytes,
                             const std::string& media_type) {
  const WallTime now = parts_.clock.wall();
  return {.size_bytes = size_bytes,
          .media_type = media_type,
          .stored_at = now,
          .used_at = now,
          .queue = parts_.evictor.queue_for(digest)};
}

}  // namespace larder::cache
