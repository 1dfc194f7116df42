// The cache as its users see it: blobs, small documents and tags, verified and found fast.
//
// Trouble with the index or the disk never fails a look-up: what cannot be read counts as not
// there, and is reported to the observer. Thread-safety: any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/blob_files.h"
#include "cache/blob_presence.h"
#include "cache/blob_reader.h"
#include "cache/claims.h"
#include "cache/evictor.h"
#include "cache/executor.h"
#include "cache/flights.h"
#include "cache/index.h"
#include "cache/parked_blobs.h"
#include "cache/pending_writes.h"
#include "cache/recordless.h"
#include "cache/source.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"
#include "cache/turns.h"
#include "cache/use_log.h"

namespace larder::cache {

// A document of up to this size is kept in the index too, where a hit opens no file.
inline constexpr std::size_t kIndexedDocumentBytesMax = 64 << 10;

// What a document refers to, by digest; empty when it is none that refers to anything.
using ChildrenOf = std::function<std::vector<Digest>(const Document&)>;

struct StoreParts {
  BlobFiles& blob_files;
  Index& index;
  SpaceKeeper& space;
  Claims& claims;
  UseLog& uses;
  Evictor& evictor;
  ParkedBlobs& parked;
  Recordless& recordless;
  Clock& clock;
  Executor& executor;
  StoreObserver& observer;
  FlightLimits flight_limits;
  ChildrenOf children_of;
};

// Every byte of a blob.
inline constexpr ByteRange kWholeBlob{0, kToTheEnd};

// The sources for a blob in order, asked for only on a miss.
using SourcesOf = std::function<std::vector<std::shared_ptr<Source>>()>;

class Store {
 public:
  // The parts must outlive the store, and the executor must have come to rest after stop() before
  // the store is destroyed.
  explicit Store(const StoreParts& parts);

  // A reader for a blob: from disk, or from a flight this call starts or joins. `wanted`: the bytes
  // the reader will ask for, so that a blob of which nobody wants more is not fetched as a whole;
  // empty when that depends on the size.
  // Blocks: on disk, never on a source. Returns: not_found when it is not cached and there are no
  // sources; cancelled after stop().
  Result<std::unique_ptr<BlobReader>> open_blob(const Digest& digest, const SourcesOf& sources,
                                                ByteRange wanted = kWholeBlob);

  // A reader for a complete blob; nullptr when there is none.
  std::unique_ptr<BlobReader> open_cached_blob(const Digest& digest);

  // The bytes of a small blob, and its media type, which is empty when nobody has told it: it was
  // fetched as a blob, or its record was lost. Blocks: on disk when it is not in the index.
  std::optional<Document> find_document(const Digest& digest) const;
  // The same, and it does not count as a use.
  std::optional<Document> peek_document(const Digest& digest) const;
  // Found at once, lasting soon after; reported when it cannot be kept.
  // Returns: corrupt when `document.bytes` do not have this digest.
  Status put_document(const Digest& digest, const Document& document);

  std::optional<TagRecord> find_tag(const TagName& name) const;
  // Found at once, lasting soon after, and after every document put before.
  void put_tag(const TagName& name, const TagRecord& record);

  // The tags of a repository that are known, in the order of their bytes: `count` at most, those
  // after `after`. Lists are not among them. What the index cannot read counts as not known.
  // Blocks: on the index, for a walk over all tags.
  std::vector<std::string> tags_of(const std::string& upstream, const std::string& repository,
                                   const std::string& after, std::size_t count) const;

  // Returns when every document and tag put before is on disk, or was given up.
  void flush() { pending_.flush(); }

  // Cancels the flights, lets none begin, and finishes the pending writes.
  void stop();

  // The blob, and what it refers to, is not evicted while a pin is there. It need not be cached.
  // Returns: invalid when the reason is empty or too long; what the index returned.
  Status pin(const Digest& digest, const std::string& reason);
  // Absent is fine.
  Status unpin(const Digest& digest, const std::string& reason);
  Result<std::vector<std::pair<Digest, Pin>>> pins() const;

  // How much of the blob is there; it does not count as a use. `told_size`: what the caller was
  // told that the blob has, for what the cache does not know by itself. Blocks: on disk.
  BlobPresence presence(const Digest& digest,
                        std::optional<std::uint64_t> told_size = std::nullopt) const;
  // Whether the whole blob is there. Blocks: on disk.
  bool has_blob(const Digest& digest) const;
  // Whether a flight or a document is about to publish the blob.
  bool is_being_written(const Digest& digest) const;

  // What the space keeper counts: the blobs that have records, or the files that there are.
  enum class Counted { records, files };
  // Makes index and files agree: a blob without a record gets one, a record without a file goes.
  // For a start after an unclean stop (the records are counted) and for an index that was replaced
  // while the daemon ran (the files are). Runs beside everything else; `stop` ends it early.
  // Blocks: on disk, for the whole walk.
  Status reconcile(const std::stop_token& stop, Counted counted = Counted::records);

  // For the end of an orderly stop: every name is as it stays after a power loss, and what is
  // counted as used is what the records and the parked blobs take.
  // Returns: an error when that is not so; the next start must reconcile.
  // Requires: nothing is under way. Blocks: on disk.
  Status close_books() const;

  std::size_t flights() const { return flights_.count(); }

 private:
  struct OpenFile {
    Claims::Hold hold;
    std::unique_ptr<File> file;
    std::uint64_t size_bytes;
  };
  std::optional<OpenFile> open_file(const Digest& digest);
  std::optional<std::uint64_t> whole_size(const Digest& digest) const;
  std::optional<Document> kept_document(const Digest& digest) const;
  void drop_blob(const Digest& digest) const;
  Result<std::unique_ptr<BlobReader>> join_flight(const Digest& digest, const SourcesOf& sources,
                                                  ByteRange wanted);
  std::unique_ptr<BlobReader> attach(std::shared_ptr<Flight> flight, Outcome outcome,
                                     ByteRange wanted);
  void begin(Flight& flight);
  void resume(Flight& flight);
  class Adoption;
  void count_found_file(const Digest& digest, std::uint64_t size_bytes);
  Status drop_records_without_files(const std::stop_token& stop);
  Status drop_record_without_file(const Digest& digest);
  Status drop_record_if_missing(const Digest& digest);
  bool is_missing(const Digest& digest) const;
  struct Kept {
    bool stays = false;  // the file is in place and counts
    Status status;
  };
  bool publish_blob(const Digest& digest, File& file, std::uint64_t size_bytes);
  Kept keep_file(const Digest& digest, File& file, Filling by, const BlobRecord& record,
                 const std::optional<Document>& document);
  Result<bool> has_file(const Digest& digest, std::uint64_t size_bytes) const;
  Kept drop_partial(const Digest& digest, const Error& why);
  Kept keep_other_file(const Digest& digest, const BlobRecord& record,
                       const std::optional<Document>& document);
  Status record_other_file(const Digest& digest, const BlobRecord& record,
                           const std::optional<Document>& document);
  std::uint64_t counted_bytes(const Digest& digest) const;
  bool stays_without_record(const Digest& digest);
  BlobRecord new_record(const Digest& digest, std::uint64_t size_bytes,
                        const std::string& media_type);
  void write_document(const Digest& digest, const Document& document);
  void write_tag(const TagName& name, const TagRecord& record);
  Status write_document_file(const Digest& digest, const Document& document);
  std::optional<Document> read_document_file(const Digest& digest) const;

  const StoreParts parts_;
  std::atomic<Counted> counted_ = Counted::records;
  Turns turns_;
  Flights flights_;
  PendingWrites pending_;
};

}  // namespace larder::cache
