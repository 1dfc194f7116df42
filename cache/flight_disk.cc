// The half of a flight that is about what is on disk: checked, hashed, verified, published, parked.
#include <utility>

#include "cache/disk_bytes.h"
#include "cache/flight.h"

namespace larder::cache {

void Flight::start_checks() {
  if (parts_.executor.run([self = shared_from_this()] { self->run_checks(); })) return;
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.checks_refused(actions);
  }
  changed_.notify_all();
  run(actions);
}

void Flight::run_checks() {
  std::uint64_t good_bytes = 0;
  for (;;) {
    std::optional<ByteRange> range;
    std::shared_ptr<PartialBlob> partial;
    {
      MutexLock lock(mutex_);
      range = machine_.next_check();
      partial = partial_;
    }
    if (!range) break;
    if (check(partial, *range)) good_bytes += range->size_bytes();
  }
  if (good_bytes > 0) parts_.observer.flight_resumed(digest_, good_bytes);
}

bool Flight::check(const std::shared_ptr<PartialBlob>& partial, ByteRange range) {
  const auto bytes = partial->check(range);
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.bytes_checked(range, bytes.has_value(), actions);
  }
  changed_.notify_all();
  if (bytes) advance_hash(partial, range, *bytes);
  run(actions);
  return bytes.has_value();
}

void Flight::advance_hash(const std::shared_ptr<PartialBlob>& partial, ByteRange fresh,
                          std::span<const std::byte> bytes) {
  if (partial == nullptr) return;  // begun anew meanwhile
  const auto prefix_of = [&] {
    MutexLock lock(mutex_);
    return partial_ == partial ? machine_.prefix_bytes() : 0;
  };
  PrefixHasher& hasher = partial->hasher();
  if (const Status hashed = hasher.advance(partial->file(), prefix_of, fresh, bytes);
      !hashed.ok()) {
    return storage_failed(hashed.error());
  }
  const std::uint64_t hashed_bytes = hasher.hashed_bytes();
  bool whole = false;
  {
    MutexLock lock(mutex_);
    whole = machine_.phase() == FlightMachine::Phase::verifying && partial_ == partial &&
            hashed_bytes == machine_.blob_size();
  }
  if (whole) verify(partial);
}

void Flight::verify(const std::shared_ptr<PartialBlob>& partial) {
  const bool matches = partial->hasher().digest() == digest_;
  FlightActions actions;
  FlightMachine::Contributors blamed;
  {
    MutexLock lock(mutex_);
    if (machine_.phase() != FlightMachine::Phase::verifying || partial_ != partial) return;
    if (!matches) blamed = machine_.contributors();
    machine_.verified(matches, actions);
  }
  changed_.notify_all();
  if (blamed.disk) parts_.observer.corrupt(digest_, "disk");
  for (const std::size_t index : blamed.sources) {
    parts_.observer.corrupt(digest_, source(index)->name());
  }
  run(actions);
}

// The old file stays open for readers that are about to be cut.
void Flight::restart() {
  {
    MutexLock lock(mutex_);
    partial_ = nullptr;
    file_ = nullptr;
  }
  (void)parts_.blob_files.discard(digest_);
  begin_partial();
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.restarted(actions);
  }
  run(actions);
}

void Flight::publish() {
  std::shared_ptr<PartialBlob> partial;
  std::uint64_t size = 0;
  {
    MutexLock lock(mutex_);
    partial = partial_;
    size = *machine_.blob_size();
  }
  // When it cannot be kept, readers have it from the open file, and it is fetched again next time.
  const bool stays = parts_.publish(digest_, partial->file(), size);
  space_.settle(stays ? disk_bytes(size) : 0);
  end({});
}

// A write under way must not land in a file that a later flight goes on with.
void Flight::park() {
  {
    MutexLock lock(mutex_);
    parking_ = true;
    if (writers_ > 0) return;
  }
  park_now();
}

void Flight::done_writing() {
  {
    MutexLock lock(mutex_);
    if (--writers_ > 0 || !parking_) return;
  }
  park_now();
}

void Flight::park_now() {
  std::shared_ptr<PartialBlob> partial;
  std::uint64_t kept = 0;
  Status status;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(parking_, false)) return;
    partial = partial_;
    kept = machine_.kept_disk_bytes();
    if (machine_.phase() == FlightMachine::Phase::failed) status = machine_.error();
  }
  if (partial != nullptr && partial->has_records()) {
    // With what an earlier flight left beside its chunks.
    const auto taken = partial->file().disk_bytes();
    const std::uint64_t bytes = taken.ok() ? disk_bytes(*taken) : kept;
    space_.settle(bytes);
    parts_.parked(digest_, bytes);
  } else {
    (void)parts_.blob_files.discard(digest_);
    space_.settle(0);
  }
  end(status);
}

void Flight::discard() {
  bool detached = false;
  std::optional<Error> error;
  {
    MutexLock lock(mutex_);
    detached = machine_.phase() == FlightMachine::Phase::detached;
    error = machine_.error();
  }
  if (detached) parts_.observer.cache_degraded(digest_, *error);
  // Before end(): the next flight for this digest makes a file of the same name.
  (void)parts_.blob_files.discard(digest_);
  space_.settle(0);
  end(*error);
}

}  // namespace larder::cache
