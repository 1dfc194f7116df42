// The cache as its users see it: blobs, small documents and tags, verified and found fast.
//
// Trouble with the index or the disk never fails a look-up: what cannot be read counts as not
// there, and is reported to the observer. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "cache/base/clock.h"
#include "cache/blob_files.h"
#include "cache/blob_reader.h"
#include "cache/executor.h"
#include "cache/flights.h"
#include "cache/index.h"
#include "cache/pending_writes.h"
#include "cache/source.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"

namespace larder::cache {

// A document of up to this size is kept in the index too, where a hit opens no file.
inline constexpr std::size_t kIndexedDocumentBytesMax = 64 << 10;

struct StoreParts {
  BlobFiles& blob_files;
  Index& index;
  SpaceKeeper& space;
  Clock& clock;
  Executor& executor;
  StoreObserver& observer;
  FlightLimits flight_limits;
};

// The sources for a blob in order, asked for only on a miss.
using SourcesOf = std::function<std::vector<std::shared_ptr<Source>>()>;

class Store {
 public:
  // The parts must outlive the store, and the executor must have come to rest after stop() before
  // the store is destroyed.
  explicit Store(const StoreParts& parts);

  // A reader for a blob: from disk, or from a flight this call starts or joins.
  // Blocks: on disk, never on a source. Returns: not_found when it is not cached and there are no
  // sources; cancelled after stop().
  Result<std::unique_ptr<BlobReader>> open_blob(const Digest& digest, const SourcesOf& sources);

  // A reader for a complete blob; nullptr when there is none.
  std::unique_ptr<BlobReader> open_cached_blob(const Digest& digest);

  // The bytes of a small blob, and its media type, which is empty when nobody has told it: it was
  // fetched as a blob, or its record was lost. Blocks: on disk when it is not in the index.
  std::optional<Document> find_document(const Digest& digest) const;
  // Found at once, lasting soon after; reported when it cannot be kept.
  // Returns: corrupt when `document.bytes` do not have this digest.
  Status put_document(const Digest& digest, const Document& document);

  std::optional<TagRecord> find_tag(const TagName& name) const;
  // Found at once, lasting soon after, and after every document put before.
  void put_tag(const TagName& name, const TagRecord& record);

  // Returns when every document and tag put before is on disk, or was given up.
  void flush() { pending_.flush(); }

  // Cancels the flights, lets none begin, and finishes the pending writes.
  void stop();

  // Makes index and files agree: a blob without a record gets one and is counted, a record without
  // a file goes. Meant to run once after a start, beside everything else; `stop` ends it early.
  // Blocks: on disk, for the whole walk.
  Status reconcile(const std::stop_token& stop);

  std::size_t flights() const { return flights_.count(); }

 private:
  struct OpenFile {
    std::unique_ptr<File> file;
    std::uint64_t size_bytes;
  };
  std::optional<OpenFile> open_file(const Digest& digest);
  bool is_being_written(const Digest& digest) const;
  Status record_found_file(const Digest& digest, std::uint64_t size_bytes);
  Status drop_records_without_files(const std::stop_token& stop);
  Status record_blob(const Digest& digest, const File& file, std::uint64_t size_bytes);
  void write_document(const Digest& digest, const Document& document);
  Status write_document_file(const Digest& digest, const Document& document);
  std::optional<Document> read_document_file(const Digest& digest) const;

  const StoreParts parts_;
  Flights flights_;
  PendingWrites pending_;
};

}  // namespace larder::cache
