#include "cache/blob_mender.h"

#include <optional>
#include <utility>

#include "cache/hasher.h"
#include "cache/store.h"

namespace larder::cache {

namespace {

Mended moot() {
  return {.is_moot = true, .done = false, .how = ""};
}

Mended result_of(const Status& done, std::string how) {
  if (done) return {.is_moot = false, .done = true, .how = std::move(how)};
  return {.is_moot = false, .done = false, .how = "could not be repaired: " + done.error().context};
}

bool has_digest(const Document& document, const Digest& digest) {
  return digest_of(digest.algorithm(), std::as_bytes(std::span(document.bytes))) == digest;
}

std::optional<Document> copy_in(const Index& index, const Digest& digest) {
  Result<std::optional<Document>> copy = index.find_document(digest);
  if (!copy || !*copy || !has_digest(**copy, digest)) return std::nullopt;
  return *std::move(copy);
}

// The bytes of a small blob, as the index keeps them; nothing when it is too big or changes.
std::optional<Document> document_of(const BlobFiles& blob_files, const Digest& digest,
                                    std::uint64_t size_bytes, const std::string& media_type) {
  if (size_bytes == 0 || size_bytes > kIndexedDocumentBytesMax) return std::nullopt;
  const Result<std::unique_ptr<File>> file = blob_files.find(digest);
  if (!file) return std::nullopt;
  Document document{media_type, std::string(size_bytes, '\0')};
  const auto got = (*file)->read_at(0, std::as_writable_bytes(std::span(document.bytes)));
  if (!got || *got != size_bytes || !has_digest(document, digest)) return std::nullopt;
  return document;
}

}  // namespace

BlobMender::BlobMender(BlobMenderParts parts) : parts_(std::move(parts)) {}

Mended BlobMender::drop(const Digest& digest, const BlobRecord& seen) {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim || !is_still(digest, seen)) return moot();
  if (const auto copy = copy_in(parts_.index, digest)) {
    return result_of(write_again(digest, seen, *copy), "written again from the index's copy");
  }
  return result_of(remove(digest, seen.size_bytes), "removed");
}

Mended BlobMender::correct_size(const Digest& digest, const BlobRecord& seen,
                                std::uint64_t size_bytes) {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim || !is_still(digest, seen)) return moot();
  const Status put_again = put(digest, seen, size_bytes);
  if (put_again) {
    parts_.released(seen.size_bytes);
    parts_.counted(size_bytes);
  }
  return result_of(put_again, "the bytes are right: record corrected");
}

Mended BlobMender::renew_copy(const Digest& digest, const BlobRecord& seen) {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim || !is_still(digest, seen)) return moot();
  return result_of(put(digest, seen, seen.size_bytes), "made again from the file");
}

Mended BlobMender::adopt(const Digest& digest, std::uint64_t size_bytes) {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim || !is_orphan(digest)) return moot();
  const Status recorded = put(digest, {size_bytes, "", parts_.clock.wall()}, size_bytes);
  if (recorded) parts_.counted(size_bytes);
  return result_of(recorded, "its bytes are right: record made");
}

Mended BlobMender::remove_orphan(const Digest& digest) {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim || !is_orphan(digest)) return moot();
  return result_of(parts_.blob_files.remove_lastingly(digest), "removed");
}

// A writer is asked for first: one that is not writing any more has left its record.
bool BlobMender::is_still(const Digest& digest, const BlobRecord& seen) const {
  if (parts_.is_being_written(digest)) return false;
  const auto now = parts_.index.find_blob(digest);
  return now && *now && (*now)->size_bytes == seen.size_bytes &&
         (*now)->stored_at == seen.stored_at;
}

bool BlobMender::is_orphan(const Digest& digest) const {
  if (parts_.is_being_written(digest)) return false;
  const auto record = parts_.index.find_blob(digest);
  return record && !*record;
}

Status BlobMender::write_again(const Digest& digest, const BlobRecord& seen,
                               const Document& document) {
  auto file = parts_.blob_files.begin(digest, Filling::document);
  if (!file) return file.error();
  Status done = (*file)->write_at(0, std::as_bytes(std::span(document.bytes)));
  if (done) done = parts_.blob_files.publish(digest, **file, Filling::document);
  if (!done) {
    (void)parts_.blob_files.discard(digest, Filling::document);
    return done;
  }
  if (document.bytes.size() == seen.size_bytes) return {};
  done = put(digest, seen, document.bytes.size());
  if (!done) return done;
  parts_.released(seen.size_bytes);
  parts_.counted(document.bytes.size());
  return {};
}

// The file first: a record without a file is found at the next start, a bad file without a record
// would be served.
Status BlobMender::remove(const Digest& digest, std::uint64_t size_bytes) {
  if (Status removed = parts_.blob_files.remove_lastingly(digest); !removed) return removed;
  if (Status removed = parts_.index.remove_blobs({&digest, 1}); !removed) return removed;
  parts_.released(size_bytes);
  return {};
}

Status BlobMender::put(const Digest& digest, BlobRecord record, std::uint64_t size_bytes) {
  record.size_bytes = size_bytes;
  const auto document = document_of(parts_.blob_files, digest, size_bytes, record.media_type);
  return parts_.index.put_blob(digest, record, document);
}

}  // namespace larder::cache
