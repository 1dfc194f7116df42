// A blob being fetched: drives the flight machine with real sources, a real file and real readers.
//
// Every event goes to the machine under the lock; what the machine asks for is done without it.
// Thread-safety: any thread. Blocks: readers until a deadline; fetch threads on sources and disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/blob_files.h"
#include "cache/blob_presence.h"
#include "cache/claims.h"
#include "cache/executor.h"
#include "cache/flight_machine.h"
#include "cache/flight_space.h"
#include "cache/hasher.h"
#include "cache/partial_blob.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"

namespace larder::cache {

class Flight;

// What a flight works with; shared by all flights, outlives them.
struct FlightParts {
  BlobFiles& blob_files;
  SpaceKeeper& space;
  Claims& claims;
  Clock& clock;
  Executor& executor;
  StoreObserver& observer;
  FlightLimits limits;
  // Makes the partial file, whole and verified, the blob, with a record. Returns: whether a file of
  // the blob stays on disk, in place of the partial one. Called on a fetch thread.
  std::function<bool(const Digest&, File&, std::uint64_t size_bytes)> publish;
  // A partial blob stays on disk for a later flight.
  std::function<void(const Digest&, std::uint64_t disk_bytes)> parked;
  // The flight has ended: published, parked, failed or detached. Called once, on a thread that
  // holds no lock.
  std::function<void(const Flight&)> ended;
};

class Flight : public std::enable_shared_from_this<Flight> {
 public:
  // `sources` may be empty when the flight is to resume.
  Flight(const Digest& digest, const FlightParts& parts,
         std::vector<std::shared_ptr<Source>> sources);

  // Before start(): goes on with what an earlier flight left, of which `disk_bytes` are counted.
  void resume(std::shared_ptr<PartialBlob> partial, std::uint64_t disk_bytes);
  void start();
  // Sources that nobody named before, to be asked when those before them fail.
  void add_sources(std::vector<std::shared_ptr<Source>> sources);
  // Instead of start(): the blob was published a moment ago.
  void adopt(std::unique_ptr<File> file, std::uint64_t size_bytes);
  // Returns when the flight has ended, and its files are as they stay.
  void wait_end();
  // Readers get `cancelled`, fetches are told to stop.
  void cancel();

  // A reader of these bytes: to the end means all of the blob, empty means that it asks for the
  // size first. Nothing when the flight is over and another one must begin.
  std::optional<ReaderId> add_reader(ByteRange wanted);
  void remove_reader(ReaderId reader);

  // Returns: timeout, or the flight's error.
  Result<std::uint64_t> wait_size(ReaderId reader, MonoTime deadline);

  // Bytes of a file up to `until` may be read.
  struct Readable {
    std::shared_ptr<const File> file;
    std::uint64_t until = 0;
  };
  // Waits until the first byte of `range` may be read.
  // Returns: timeout; no_space when the flight goes on without the disk (see detached()); corrupt
  // when what the reader got before was wrong; else the flight's error.
  Result<Readable> wait_readable(ReaderId reader, ByteRange range, MonoTime deadline);

  // What a reader needs to go on without the disk: the hashed prefix, still in the file.
  struct Detached {
    std::shared_ptr<const File> file;  // null when there is none
    std::uint64_t prefix_bytes = 0;
    ByteRange unproven;  // bytes of the file behind the prefix, which the reader was given
    std::optional<std::uint64_t> blob_bytes;
    Hasher hasher;
    std::vector<std::shared_ptr<Source>> sources;
  };
  // How far it is. Blocks: no.
  BlobPresence progress() const;

  bool is_detached() const;
  // Requires: is_detached(). Blocks: until a thread that hashes has noticed.
  Detached detached(ReaderId reader);

  const Digest& digest() const { return digest_; }

 private:
  class Sink;

  void run(const FlightActions& actions);
  void start_fetch(const StartFetch& action);
  void run_fetch(const StartFetch& action);
  void refuse_fetch(FetchId fetch);
  void end_fetch(FetchId fetch, std::size_t source, const Status& status);
  void stop_fetch(FetchId fetch);
  std::stop_token stop_token_of(FetchId fetch);
  std::shared_ptr<Source> source(std::size_t index) const;

  bool is_over(ReaderId reader, std::uint64_t offset) const REQUIRES(mutex_);
  Result<Readable> readable(ReaderId reader, ByteRange range) REQUIRES(mutex_);

  std::shared_ptr<PartialBlob> partial() const;
  void begin_partial();
  void restart();
  void start_checks();
  void run_checks();
  bool check(const std::shared_ptr<PartialBlob>& partial, ByteRange range);
  void advance_hash(const std::shared_ptr<PartialBlob>& partial, ByteRange fresh,
                    std::span<const std::byte> bytes);
  void verify(const std::shared_ptr<PartialBlob>& partial);
  void publish();
  void park();
  void done_writing();
  void park_now();
  void discard();
  void storage_failed(const Error& error);
  void end(const Status& status);

  const Digest digest_;
  const FlightParts& parts_;
  FlightSpace space_;

  mutable Mutex mutex_;
  Claims::Hold hold_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Source>> sources_ GUARDED_BY(mutex_);
  CondVar changed_;
  FlightMachine machine_ GUARDED_BY(mutex_);
  std::map<FetchId, std::stop_source> stops_ GUARDED_BY(mutex_);
  std::shared_ptr<PartialBlob> partial_ GUARDED_BY(mutex_);
  std::shared_ptr<const File> file_ GUARDED_BY(mutex_);  // of partial_, or adopted
  std::size_t writers_ GUARDED_BY(mutex_) = 0;           // of partial_
  bool parking_ GUARDED_BY(mutex_) = false;              // when the last writer is done
  bool ended_ GUARDED_BY(mutex_) = false;
  ReaderId next_reader_ GUARDED_BY(mutex_) = 1;
};

}  // namespace larder::cache
