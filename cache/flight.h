// A blob being fetched: drives the flight machine with real sources, a real file and real readers.
//
// Every event goes to the machine under the lock; what the machine asks for is done without it. The
// bytes of the contiguous prefix are hashed by the thread that brought them, while they are in its
// cache; bytes that came ahead of the prefix are read back once it reaches them.
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
#include "cache/executor.h"
#include "cache/flight_machine.h"
#include "cache/hasher.h"
#include "cache/space_keeper.h"
#include "cache/store_observer.h"

namespace larder::cache {

// What a flight works with; shared by all flights, outlives them.
struct FlightParts {
  BlobFiles& blob_files;
  SpaceKeeper& space;
  Executor& executor;
  StoreObserver& observer;
  FlightLimits limits;
  // Records a blob whose file is in place. Called on a fetch thread.
  std::function<Status(const Digest&, const File&, std::uint64_t size_bytes)> record;
  // The flight has ended: published, failed or detached. Called once, on a thread that holds no
  // lock.
  std::function<void(const Digest&)> ended;
};

class Flight : public std::enable_shared_from_this<Flight> {
 public:
  Flight(const Digest& digest, const FlightParts& parts,
         std::vector<std::shared_ptr<Source>> sources);

  void start();
  // Sources that nobody named before, to be asked when those before them fail.
  void add_sources(std::vector<std::shared_ptr<Source>> sources);
  // Instead of start(): the blob was published a moment ago.
  void adopt(std::unique_ptr<File> file, std::uint64_t size_bytes);
  // Readers get `cancelled`, fetches are told to stop.
  void cancel();

  ReaderId add_reader();
  void remove_reader(ReaderId reader);

  // Returns: timeout, or the flight's error.
  Result<std::uint64_t> wait_size(MonoTime deadline);

  // Waits until a byte at `offset` may be read; returns one past the last such byte.
  // Returns: timeout; no_space when the flight goes on without the disk (see detached()); else its
  // error.
  Result<std::uint64_t> wait_readable(ReaderId reader, std::uint64_t offset, MonoTime deadline);

  // The file readers read from. Requires: wait_readable() has returned ok.
  const File& file() const;

  // What a reader needs to go on without the disk: the hashed prefix, still in the file.
  struct Detached {
    std::uint64_t prefix_bytes = 0;
    Hasher hasher;
    std::vector<std::shared_ptr<Source>> sources;
  };
  bool is_detached() const;
  // Requires: is_detached(). Blocks: until a thread that hashes has noticed.
  Detached detached();

  const Digest& digest() const { return digest_; }

 private:
  class Sink;

  void run(const FlightActions& actions);
  void run_fetch(FetchId fetch, std::size_t source, ByteRange range);
  void start_fetch(const StartFetch& action);
  void fetch_ended(FetchId fetch, std::size_t source, const Status& status);
  std::shared_ptr<Source> source(std::size_t index) const;
  void stop_fetch(FetchId fetch);
  std::stop_token stop_token_of(FetchId fetch);
  Status make_file();
  Status reserve_until(std::uint64_t end_bytes);
  void store(FetchId fetch, ByteRange range, std::span<const std::byte> bytes);
  void advance_hash(ByteRange fresh, std::span<const std::byte> bytes);
  void hash_backlog(std::uint64_t hashed);
  void verify();
  void publish();
  void discard();
  void storage_failed(const Error& error);
  void end(const Status& status);

  const Digest digest_;
  const FlightParts& parts_;

  mutable Mutex mutex_;
  std::vector<std::shared_ptr<Source>> sources_ GUARDED_BY(mutex_);
  CondVar changed_;
  FlightMachine machine_ GUARDED_BY(mutex_);
  std::map<FetchId, std::stop_source> stops_ GUARDED_BY(mutex_);
  std::shared_ptr<File> file_ GUARDED_BY(mutex_);
  std::vector<SpaceKeeper::Reservation> reservations_ GUARDED_BY(mutex_);
  std::uint64_t reserved_bytes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t hashed_bytes_ GUARDED_BY(mutex_) = 0;
  bool hashing_ GUARDED_BY(mutex_) = false;  // one thread owns hasher_ while true
  bool ended_ GUARDED_BY(mutex_) = false;
  ReaderId next_reader_ GUARDED_BY(mutex_) = 1;
  Hasher hasher_;
};

}  // namespace larder::cache
