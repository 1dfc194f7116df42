#include "cache/store.h"

#include <utility>

#include "cache/hasher.h"
#include "cache/readers.h"

namespace larder::cache {

namespace {

constexpr std::size_t kDocumentBytesMax = 8 << 20;  // of a document read back from its file

Result<std::string> read_all(const File& file, std::uint64_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = file.read_at(done, std::as_writable_bytes(std::span(bytes)).subspan(done));
    if (!got.ok()) return got.error();
    if (*got == 0) return Error{Errc::corrupt, "file is shorter than its size"};
    done += *got;
  }
  return bytes;
}

}  // namespace

Store::Store(const StoreParts& parts)
    : parts_(parts),
      flights_(FlightParts{parts.blob_files,
                           parts.space,
                           parts.executor,
                           parts.observer,
                           parts.flight_limits,
                           [this](const Digest& digest, const File& file, std::uint64_t size) {
                             return record_blob(digest, file, size);
                           },
                           {}}),
      pending_({[this](const Digest& digest, const Document& document) {
                  write_document(digest, document);
                },
                [this](const TagName& name, const TagRecord& record) {
                  const Status put = parts_.index.put_tag(name, record);
                  if (!put.ok()) parts_.observer.cache_degraded(record.digest, put.error());
                }},
               parts.executor) {}

Result<std::unique_ptr<BlobReader>> Store::open_blob(const Digest& digest,
                                                     const SourcesOf& sources_of) {
  if (auto reader = open_cached_blob(digest)) return reader;
  if (auto flight = flights_.find(digest)) {
    parts_.observer.flight_joined(digest);
    flight->add_sources(sources_of());
    return std::unique_ptr<BlobReader>(
        std::make_unique<FlightReader>(std::move(flight), Outcome::join, parts_.executor));
  }
  auto sources = sources_of();
  if (sources.empty()) return Error{Errc::not_found, "not cached, and no source may be asked"};
  auto joined = flights_.join(digest, std::move(sources));
  if (!joined.ok()) return joined.error();
  if (!joined->is_new) {
    parts_.observer.flight_joined(digest);
  } else if (auto found = open_file(digest)) {
    // Published between our look and the new flight.
    joined->flight->adopt(std::move(found->file), found->size_bytes);
    flights_.forget(digest);
  } else {
    joined->flight->start();
  }
  const Outcome outcome = joined->is_new ? Outcome::miss : Outcome::join;
  return std::unique_ptr<BlobReader>(
      std::make_unique<FlightReader>(std::move(joined->flight), outcome, parts_.executor));
}

std::unique_ptr<BlobReader> Store::open_cached_blob(const Digest& digest) {
  if (auto pending = pending_.find_document(digest)) {
    return std::make_unique<BytesReader>(std::move(pending->bytes));
  }
  if (auto found = parts_.index.find_document(digest); found.ok() && *found) {
    return std::make_unique<BytesReader>(std::move((*found)->bytes));
  }
  auto found = open_file(digest);
  if (!found) return nullptr;
  return std::make_unique<FileReader>(std::move(found->file), found->size_bytes);
}

// The file decides, not the record: a blob whose record was lost is still served. A file of another
// size than its record says is no blob of ours.
std::optional<Store::OpenFile> Store::open_file(const Digest& digest) {
  auto file = parts_.blob_files.find(digest);
  if (!file.ok()) return std::nullopt;
  const auto size = (*file)->size_bytes();
  const auto record = parts_.index.find_blob(digest);
  if (!size.ok()) return std::nullopt;
  if (record.ok() && *record && (*record)->size_bytes != *size) {
    parts_.observer.corrupt(digest, "disk");
    if (parts_.blob_files.remove(digest).ok() && parts_.index.remove_blob(digest).ok()) {
      parts_.space.release((*record)->size_bytes);
    }
    return std::nullopt;
  }
  return OpenFile{*std::move(file), *size};
}

std::optional<Document> Store::find_document(const Digest& digest) const {
  if (auto pending = pending_.find_document(digest)) return pending;
  auto found = parts_.index.find_document(digest);
  if (found.ok() && *found) return *std::move(found);
  return read_document_file(digest);
}

// The index checks its copies, so this one is checked too.
std::optional<Document> Store::read_document_file(const Digest& digest) const {
  const auto file = parts_.blob_files.find(digest);
  if (!file.ok()) return std::nullopt;
  const auto size = (*file)->size_bytes();
  if (!size.ok() || *size > kDocumentBytesMax) return std::nullopt;
  auto bytes = read_all(**file, *size);
  if (!bytes.ok()) return std::nullopt;
  if (digest_of(digest.algorithm(), std::as_bytes(std::span(*bytes))) != digest) {
    parts_.observer.corrupt(digest, "disk");
    return std::nullopt;
  }
  const auto record = parts_.index.find_blob(digest);
  return Document{record.ok() && *record ? (*record)->media_type : "", *std::move(bytes)};
}

Status Store::put_document(const Digest& digest, const Document& document) {
  const auto bytes = std::as_bytes(std::span(document.bytes));
  if (digest_of(digest.algorithm(), bytes) != digest) {
    return Error{Errc::corrupt, "document does not match " + digest.str()};
  }
  const Status put = pending_.put_document(digest, document);
  if (!put.ok()) parts_.observer.cache_degraded(digest, put.error());
  return {};
}

std::optional<TagRecord> Store::find_tag(const TagName& name) const {
  if (auto pending = pending_.find_tag(name)) return pending;
  auto found = parts_.index.find_tag(name);
  if (!found.ok()) return std::nullopt;
  return *std::move(found);
}

void Store::put_tag(const TagName& name, const TagRecord& record) {
  const Status put = pending_.put_tag(name, record);
  if (!put.ok()) parts_.observer.cache_degraded(record.digest, put.error());
}

void Store::stop() {
  flights_.stop();
  pending_.flush();
}

// A small blob (an image config) is kept in the index too. A manifest that was fetched as a blob as
// well stays a manifest.
Status Store::record_blob(const Digest& digest, const File& file, std::uint64_t size_bytes) {
  const auto known = parts_.index.find_blob(digest);
  const std::string media_type = known.ok() && *known ? (*known)->media_type : "";
  std::optional<Document> document;
  if (size_bytes > 0 && size_bytes <= kIndexedDocumentBytesMax) {
    if (auto bytes = read_all(file, size_bytes); bytes.ok()) {
      document = Document{media_type, *std::move(bytes)};
    }
  }
  return parts_.index.put_blob(digest, {size_bytes, media_type, parts_.clock.wall()}, document);
}

void Store::write_document(const Digest& digest, const Document& document) {
  const Status written = write_document_file(digest, document);
  if (!written.ok()) parts_.observer.cache_degraded(digest, written.error());
}

Status Store::write_document_file(const Digest& digest, const Document& document) {
  const BlobRecord record{document.bytes.size(), document.media_type, parts_.clock.wall()};
  const auto indexed = document.bytes.size() <= kIndexedDocumentBytesMax
                           ? std::optional<Document>(document)
                           : std::nullopt;
  if (parts_.blob_files.find(digest).ok()) return parts_.index.put_blob(digest, record, indexed);
  auto room = parts_.space.reserve(document.bytes.size());
  if (!room.ok()) return room.error();
  auto file = parts_.blob_files.begin(digest, Filling::document);
  if (!file.ok()) return file.error();
  Status done = (*file)->write_at(0, std::as_bytes(std::span(document.bytes)));
  if (done.ok()) done = parts_.blob_files.publish(digest, **file, Filling::document);
  if (!done.ok()) {
    (void)parts_.blob_files.discard(digest, Filling::document);
    return done;
  }
  room->keep();
  return parts_.index.put_blob(digest, record, indexed);
}

Status Store::reconcile(const std::stop_token& stop) {
  Status failed;
  const Status walked =
      parts_.blob_files.for_each([&](const Digest& digest, std::uint64_t size_bytes) {
        failed = record_found_file(digest, size_bytes);
        return failed.ok() && !stop.stop_requested();
      });
  if (!walked.ok()) return walked;
  if (!failed.ok()) return failed;
  return drop_records_without_files(stop);
}

// Asked before the record is looked for: who was writing and is not any more has left a record.
bool Store::is_being_written(const Digest& digest) const {
  return flights_.find(digest) != nullptr || pending_.find_document(digest).has_value();
}

Status Store::record_found_file(const Digest& digest, std::uint64_t size_bytes) {
  if (is_being_written(digest)) return {};
  const auto record = parts_.index.find_blob(digest);
  if (!record.ok()) return record.error();
  if (*record) return {};
  const BlobRecord found{size_bytes, "", parts_.clock.wall()};
  if (Status put = parts_.index.put_blob(digest, found, std::nullopt); !put.ok()) return put;
  parts_.space.count(size_bytes);
  return {};
}

Status Store::drop_records_without_files(const std::stop_token& stop) {
  std::vector<std::pair<Digest, std::uint64_t>> missing;
  const Status walked =
      parts_.index.for_each_blob([&](const Digest& digest, const BlobRecord& record) {
        if (!parts_.blob_files.find(digest).ok()) missing.emplace_back(digest, record.size_bytes);
        return !stop.stop_requested();
      });
  if (!walked.ok()) return walked;
  for (const auto& [digest, size_bytes] : missing) {
    if (is_being_written(digest) || parts_.blob_files.find(digest).ok()) continue;
    if (Status removed = parts_.index.remove_blob(digest); !removed.ok()) return removed;
    parts_.space.release(size_bytes);
  }
  return {};
}

}  // namespace larder::cache
