#include "cache/store.h"

#include <iterator>
#include <set>
#include <utility>

#include "cache/disk_bytes.h"
#include "cache/hasher.h"
#include "cache/readers.h"
#include "cache/whole_file.h"

namespace larder::cache {

namespace {

constexpr std::size_t kDocumentBytesMax = 8 << 20;  // of a document read back from its file

}  // namespace

Store::Store(const StoreParts& parts)
    : parts_(parts),
      flights_(FlightParts{
          parts.blob_files,
          parts.space,
          parts.claims,
          parts.clock,
          parts.executor,
          parts.observer,
          parts.flight_limits,
          [this](const Digest& digest, File& file, std::uint64_t size) {
            return publish_blob(digest, file, size);
          },
          [this](const Digest& digest, std::uint64_t bytes) { parts_.parked.add(digest, bytes); },
          {}}),
      pending_({[this](const Digest& digest, const Document& document) {
                  write_document(digest, document);
                },
                [this](const TagName& name, const TagRecord& record) { write_tag(name, record); }},
               parts.executor) {}

Result<std::unique_ptr<BlobReader>> Store::open_blob(const Digest& digest,
                                                     const SourcesOf& sources_of,
                                                     ByteRange wanted) {
  for (;;) {
    if (auto reader = open_cached_blob(digest)) return reader;
    auto joined = join_flight(digest, sources_of, wanted);
    // The flight was just over: it has left the blob, or a part to go on with.
    if (joined.ok() && *joined == nullptr) continue;
    return joined;
  }
}

// A null reader when the flight was over before it could be joined.
Result<std::unique_ptr<BlobReader>> Store::join_flight(const Digest& digest,
                                                       const SourcesOf& sources_of,
                                                       ByteRange wanted) {
  if (auto flight = flights_.find(digest)) {
    flight->add_sources(sources_of());
    return attach(std::move(flight), Outcome::join, wanted);
  }
  auto sources = sources_of();
  if (sources.empty() && !parts_.parked.contains(digest)) {
    return Error{Errc::not_found, "not cached, and no source may be asked"};
  }
  auto joined = flights_.join(digest, std::move(sources));
  if (!joined.ok()) return joined.error();
  auto reader = attach(joined->flight, joined->is_new ? Outcome::miss : Outcome::join, wanted);
  if (joined->is_new) begin(*joined->flight);
  return reader;
}

std::unique_ptr<BlobReader> Store::attach(std::shared_ptr<Flight> flight, Outcome outcome,
                                          ByteRange wanted) {
  auto hold = parts_.claims.hold(flight->digest());
  const auto id = flight->add_reader(wanted);
  if (!id) {
    flight->wait_end();
    flights_.forget(*flight);
    return nullptr;
  }
  if (outcome == Outcome::join) parts_.observer.flight_joined(flight->digest());
  return std::make_unique<FlightReader>(std::move(hold), std::move(flight), *id, outcome,
                                        parts_.executor);
}

void Store::begin(Flight& flight) {
  if (auto found = open_file(flight.digest())) {
    // Published between our look and the new flight.
    flight.adopt(std::move(found->file), found->size_bytes);
    flights_.forget(flight);
    return;
  }
  resume(flight);
  flight.start();
}

void Store::resume(Flight& flight) {
  const auto counted = parts_.parked.take(flight.digest());
  if (!counted) return;
  auto partial =
      PartialBlob::resume(parts_.blob_files, flight.digest(), parts_.flight_limits.chunk_bytes);
  if (partial.ok()) return flight.resume(*std::move(partial), *counted);
  (void)parts_.blob_files.discard(flight.digest());
  parts_.space.release(*counted);
}

std::unique_ptr<BlobReader> Store::open_cached_blob(const Digest& digest) {
  if (auto pending = pending_.find_document(digest)) {
    return std::make_unique<BytesReader>(std::move(pending->bytes));
  }
  if (auto found = parts_.index.find_document(digest); found.ok() && *found) {
    parts_.uses.note(digest, parts_.clock.wall());
    return std::make_unique<BytesReader>(std::move((*found)->bytes));
  }
  auto found = open_file(digest);
  if (!found) return nullptr;
  parts_.uses.note(digest, parts_.clock.wall());
  return std::make_unique<FileReader>(std::move(found->hold), std::move(found->file),
                                      found->size_bytes);
}

// The file decides, not the record: a blob whose record was lost is still served. A file of another
// size than its record says is no blob of ours.
std::optional<Store::OpenFile> Store::open_file(const Digest& digest) {
  auto hold = parts_.claims.hold(digest);
  auto file = parts_.blob_files.find(digest);
  if (!file.ok()) return std::nullopt;
  const auto size = (*file)->size_bytes();
  const auto record = parts_.index.find_blob(digest);
  if (!size.ok()) return std::nullopt;
  if (!record.ok() || !*record || (*record)->size_bytes == *size) {
    return OpenFile{std::move(hold), *std::move(file), *size};
  }
  parts_.observer.corrupt(digest, "disk");
  hold = {};
  drop_blob(digest);
  return std::nullopt;
}

// Who reads it goes on; nobody else gets it. The record goes first: what it counts is known then.
void Store::drop_blob(const Digest& digest) const {
  const auto claim = parts_.claims.try_condemn(digest);
  if (!claim) return;
  const auto record = parts_.index.find_blob(digest);
  if (!record.ok() || !*record || !parts_.index.remove_blobs({&digest, 1}).ok()) return;
  if (parts_.blob_files.remove(digest).ok()) {
    parts_.space.release(disk_bytes((*record)->size_bytes));
  } else {
    parts_.recordless.note(digest);
  }
}

std::optional<Document> Store::find_document(const Digest& digest) const {
  if (auto pending = pending_.find_document(digest)) return pending;
  auto document = kept_document(digest);
  if (document) parts_.uses.note(digest, parts_.clock.wall());
  return document;
}

std::optional<Document> Store::peek_document(const Digest& digest) const {
  auto pending = pending_.find_document(digest);
  return pending ? pending : kept_document(digest);
}

std::optional<Document> Store::kept_document(const Digest& digest) const {
  auto found = parts_.index.find_document(digest);
  return found.ok() && *found ? *std::move(found) : read_document_file(digest);
}

// The index checks its copies, so this one is checked too.
std::optional<Document> Store::read_document_file(const Digest& digest) const {
  const auto file = parts_.blob_files.find(digest);
  if (!file.ok()) return std::nullopt;
  auto bytes = read_whole(**file, kDocumentBytesMax);
  if (!bytes.ok()) return std::nullopt;
  if (digest_of(digest.algorithm(), std::as_bytes(std::span(*bytes))) != digest) {
    parts_.observer.corrupt(digest, "disk");
    drop_blob(digest);
    return std::nullopt;
  }
  const auto record = parts_.index.find_blob(digest);
  return Document{record.ok() && *record ? (*record)->media_type : "", *std::move(bytes)};
}

std::optional<TagRecord> Store::find_tag(const TagName& name) const {
  if (auto pending = pending_.find_tag(name)) return pending;
  auto found = parts_.index.find_tag(name);
  if (!found.ok()) return std::nullopt;
  return *std::move(found);
}

// Tags are found by the hash of their name, so those of a repository lie apart; a row takes 0.2 us.
// Only the first ones are kept in memory.
std::vector<std::string> Store::tags_of(const std::string& upstream, const std::string& repository,
                                        const std::string& after, std::size_t count) const {
  std::set<std::string> first;
  const auto take = [&](const TagName& name) {
    const bool wanted = name.repository == repository && name.upstream == upstream &&
                        !name.is_list() && name.tag > after;
    if (wanted) first.insert(name.tag);
    if (first.size() > count) first.erase(std::prev(first.end()));
    return true;
  };
  // Pending ones first: what is written meanwhile is then in the index.
  for (const TagName& name : pending_.tag_names()) take(name);
  (void)parts_.index.for_each_tag(
      [&take](const TagName& name, const TagRecord&) { return take(name); });
  return {first.begin(), first.end()};
}

bool Store::has_blob(const Digest& digest) const {
  return pending_.find_document(digest).has_value() || parts_.blob_files.find(digest).ok();
}

Status Store::pin(const Digest& digest, const std::string& reason) {
  const auto hold = parts_.claims.hold(digest);  // an eviction under way ends first
  return parts_.index.put_pin(digest, {reason, parts_.clock.wall()});
}

Status Store::unpin(const Digest& digest, const std::string& reason) {
  return parts_.index.remove_pin(digest, reason);
}

Result<std::vector<std::pair<Digest, Pin>>> Store::pins() const {
  std::vector<std::pair<Digest, Pin>> all;
  const Status walked = parts_.index.for_each_pin([&](const Digest& digest, const Pin& pin) {
    all.emplace_back(digest, pin);
    return true;
  });
  if (!walked.ok()) return walked.error();
  return all;
}

void Store::stop() {
  flights_.stop();
  pending_.flush();
}

}  // namespace larder::cache
