#include "cache/flight.h"

#include <algorithm>
#include <utility>

namespace larder::cache {

namespace {

constexpr std::size_t kReadBackBytes = 256 << 10;
// A source that does not tell the size of the blob: room is reserved in steps of this.
constexpr std::uint64_t kReserveStepBytes = 16 << 20;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 does not deduce it by itself

}  // namespace

// Carries one fetch's bytes into the flight.
class Flight::Sink final : public SourceSink {
 public:
  Sink(Flight& flight, FetchId fetch) : flight_(flight), fetch_(fetch) {}

  bool begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size) override {
    if (blob_size) {
      if (const Status room = flight_.reserve_until(*blob_size); !room.ok()) {
        flight_.storage_failed(room.error());
        return false;
      }
    }
    FlightActions actions;
    bool wanted = false;
    {
      MutexLock lock(flight_.mutex_);
      wanted = flight_.machine_.fetch_began(fetch_, offset, blob_size, actions);
    }
    flight_.changed_.notify_all();
    flight_.run(actions);
    return wanted;
  }

  bool write(std::span<const std::byte> bytes) override {
    ByteRange range;
    std::uint64_t skipped = 0;
    {
      MutexLock lock(flight_.mutex_);
      if (!flight_.machine_.wants(fetch_)) return false;
      const auto arrived = flight_.machine_.bytes_arrived(fetch_, bytes.size());
      range = arrived.range;
      skipped = arrived.skipped_bytes;
    }
    if (range.size_bytes() > 0) {
      flight_.store(fetch_, range, bytes.subspan(skipped, range.size_bytes()));
    }
    MutexLock lock(flight_.mutex_);
    return flight_.machine_.wants(fetch_);
  }

 private:
  Flight& flight_;
  const FetchId fetch_;
};

Flight::Flight(const Digest& digest, const FlightParts& parts,
               std::vector<std::shared_ptr<Source>> sources)
    : digest_(digest),
      parts_(parts),
      sources_(std::move(sources)),
      machine_(parts.limits, sources_.size()),
      hasher_(digest.algorithm()) {}

void Flight::start() {
  parts_.observer.flight_started(digest_);
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.start(actions);
  }
  run(actions);
}

void Flight::add_sources(std::vector<std::shared_ptr<Source>> sources) {
  MutexLock lock(mutex_);
  for (auto& source : sources) {
    const bool known = std::any_of(sources_.begin(), sources_.end(), [&](const auto& other) {
      return other->name() == source->name();
    });
    if (known) continue;
    sources_.push_back(std::move(source));
    machine_.add_source();
  }
}

std::shared_ptr<Source> Flight::source(std::size_t index) const {
  MutexLock lock(mutex_);
  return sources_.at(index);
}

void Flight::adopt(std::unique_ptr<File> file, std::uint64_t size_bytes) {
  {
    MutexLock lock(mutex_);
    file_ = std::move(file);
    machine_.adopt(size_bytes);
    ended_ = true;
  }
  changed_.notify_all();
}

void Flight::cancel() {
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.cancel(actions);
  }
  changed_.notify_all();
  run(actions);
}

ReaderId Flight::add_reader() {
  MutexLock lock(mutex_);
  return next_reader_++;
}

void Flight::remove_reader(ReaderId reader) {
  MutexLock lock(mutex_);
  machine_.reader_left(reader);
}

Result<std::uint64_t> Flight::wait_size(MonoTime deadline) {
  MutexLock lock(mutex_);
  for (bool in_time = true;;) {
    // An empty answer is believed only once its digest has been checked.
    const auto size = machine_.blob_size();
    if (size && (*size > 0 || machine_.phase() == FlightMachine::Phase::verified)) return *size;
    if (machine_.phase() == FlightMachine::Phase::failed) return machine_.error();
    if (machine_.phase() == FlightMachine::Phase::detached) return machine_.error();
    if (!in_time) return Error{Errc::timeout, "no source answered in time"};
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

Result<std::uint64_t> Flight::wait_readable(ReaderId reader, std::uint64_t offset,
                                            MonoTime deadline) {
  bool waiting = false;
  for (;;) {
    FlightActions actions;
    {
      MutexLock lock(mutex_);
      const std::uint64_t until = machine_.readable_until(offset);
      const auto phase = machine_.phase();
      const bool over =
          phase == FlightMachine::Phase::failed || phase == FlightMachine::Phase::detached;
      if (waiting && (until > offset || over)) machine_.reader_left(reader);
      if (until > offset) return until;
      if (phase == FlightMachine::Phase::detached) return Error{Errc::no_space, "disk"};
      if (over) return machine_.error();
      if (waiting && !changed_.wait_until(mutex_, deadline) &&
          machine_.readable_until(offset) <= offset) {
        machine_.reader_left(reader);
        return Error{Errc::timeout, "no source sent the bytes in time"};
      }
      if (!std::exchange(waiting, true)) machine_.reader_waits(reader, offset, actions);
    }
    run(actions);
  }
}

const File& Flight::file() const {
  MutexLock lock(mutex_);
  CHECK(file_ != nullptr);
  return *file_;
}

bool Flight::is_detached() const {
  MutexLock lock(mutex_);
  return machine_.phase() == FlightMachine::Phase::detached;
}

Flight::Detached Flight::detached() {
  MutexLock lock(mutex_);
  while (hashing_) changed_.wait(mutex_);
  return {hashed_bytes_, hasher_.clone(), sources_};
}

void Flight::run(const FlightActions& actions) {
  for (const FlightAction& action : actions) {
    std::visit(Overloaded{
                   [this](const StartFetch& start) { start_fetch(start); },
                   [this](const CancelFetch& cancel) { stop_fetch(cancel.fetch); },
                   [this](const VerifyBlob&) { advance_hash({}, {}); },
                   [this](const PublishBlob&) { publish(); },
                   [this](const DiscardBlob&) { discard(); },
               },
               action);
  }
}

void Flight::start_fetch(const StartFetch& action) {
  {
    MutexLock lock(mutex_);
    stops_.try_emplace(action.fetch);
  }
  const bool runs = parts_.executor.run([self = shared_from_this(), action] {
    self->run_fetch(action.fetch, action.source, action.range);
  });
  if (!runs)
    fetch_ended(action.fetch, action.source, Error{Errc::busy, "too many fetches at once"});
}

void Flight::run_fetch(FetchId fetch, std::size_t source, ByteRange range) {
  if (const Status made = make_file(); !made.ok()) storage_failed(made.error());
  const std::stop_token stop = stop_token_of(fetch);
  Status status = Error{Errc::cancelled, "not needed any more"};
  if (!stop.stop_requested()) {
    Sink sink(*this, fetch);
    status = this->source(source)->fetch(digest_, range, sink, stop);
  }
  fetch_ended(fetch, source, status);
}

// What waits for a stop runs here, with locks of its own: ours must be free.
void Flight::stop_fetch(FetchId fetch) {
  std::stop_source stop(std::nostopstate);
  {
    MutexLock lock(mutex_);
    if (const auto it = stops_.find(fetch); it != stops_.end()) stop = it->second;
  }
  stop.request_stop();
}

std::stop_token Flight::stop_token_of(FetchId fetch) {
  MutexLock lock(mutex_);
  return stops_.at(fetch).get_token();
}

void Flight::fetch_ended(FetchId fetch, std::size_t source, const Status& status) {
  FlightActions actions;
  bool wanted = false;
  {
    MutexLock lock(mutex_);
    stops_.erase(fetch);
    wanted = machine_.wants(fetch);
    machine_.fetch_ended(fetch, status, actions);
  }
  changed_.notify_all();
  if (wanted && !status.ok()) {
    parts_.observer.source_failed(digest_, this->source(source)->name(), status.error());
  }
  run(actions);
}

// Only the first fetch gets here without a file: others start once it has told the size.
Status Flight::make_file() {
  {
    MutexLock lock(mutex_);
    if (file_ != nullptr || machine_.phase() != FlightMachine::Phase::filling) return {};
  }
  auto made = parts_.blob_files.begin(digest_);
  if (!made.ok()) return made.error();
  MutexLock lock(mutex_);
  file_ = *std::move(made);
  return {};
}

Status Flight::reserve_until(std::uint64_t end_bytes) {
  std::uint64_t missing = 0;
  {
    MutexLock lock(mutex_);
    if (end_bytes <= reserved_bytes_) return {};
    missing = end_bytes - reserved_bytes_;
  }
  auto room = parts_.space.reserve(missing);
  if (!room.ok()) return room.error();
  MutexLock lock(mutex_);
  reservations_.push_back(*std::move(room));
  reserved_bytes_ = end_bytes;
  return {};
}

void Flight::store(FetchId fetch, ByteRange range, std::span<const std::byte> bytes) {
  std::shared_ptr<File> file;
  bool reserved = false;
  {
    MutexLock lock(mutex_);
    file = file_;
    reserved = range.end <= reserved_bytes_;
  }
  CHECK(file != nullptr);
  Status stored = reserved ? Status() : reserve_until(range.end + kReserveStepBytes);
  if (stored.ok()) stored = file->write_at(range.begin, bytes);
  if (!stored.ok()) return storage_failed(stored.error());
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.bytes_written(fetch, range, actions);
  }
  changed_.notify_all();
  advance_hash(range, bytes);
  run(actions);
}

// One thread at a time hashes; whoever finds another at it leaves, and that one sees the new bytes.
void Flight::advance_hash(ByteRange fresh, std::span<const std::byte> bytes) {
  std::uint64_t hashed = 0;
  {
    MutexLock lock(mutex_);
    const auto phase = machine_.phase();
    const bool open =
        phase == FlightMachine::Phase::filling || phase == FlightMachine::Phase::verifying;
    if (hashing_ || !open) return;
    hashing_ = true;
    hashed = hashed_bytes_;
  }
  if (fresh.begin <= hashed && hashed < fresh.end) {
    hasher_.update(bytes.subspan(hashed - fresh.begin));
    hashed = fresh.end;
  }
  hash_backlog(hashed);
}

void Flight::hash_backlog(std::uint64_t hashed) {
  std::vector<std::byte> buffer;
  for (;;) {
    std::uint64_t prefix = 0;
    std::shared_ptr<File> file;
    {
      MutexLock lock(mutex_);
      hashed_bytes_ = hashed;
      prefix = machine_.prefix_bytes();
      file = file_;
      const bool whole =
          machine_.phase() == FlightMachine::Phase::verifying && hashed == machine_.blob_size();
      if (hashed >= prefix && !whole) {
        hashing_ = false;
        changed_.notify_all();
        return;
      }
    }
    if (hashed >= prefix) return verify();
    buffer.resize(kReadBackBytes);
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), prefix - hashed);
    const auto got = file->read_at(hashed, std::span(buffer).first(wanted));
    if (!got.ok() || *got == 0) {
      {
        MutexLock lock(mutex_);
        hashing_ = false;
      }
      return storage_failed(got.ok() ? Error{Errc::io, "partial file is shorter than written"}
                                     : got.error());
    }
    hasher_.update(std::span(buffer).first(*got));
    hashed += *got;
  }
}

void Flight::verify() {
  const bool matches = hasher_.digest() == digest_;
  FlightActions actions;
  std::vector<std::size_t> contributors;
  {
    MutexLock lock(mutex_);
    hashing_ = false;
    machine_.verified(matches, actions);
    if (!matches) contributors = machine_.contributors();
  }
  changed_.notify_all();
  for (const std::size_t source : contributors) {
    parts_.observer.corrupt(digest_, this->source(source)->name());
  }
  run(actions);
}

void Flight::publish() {
  std::shared_ptr<File> file;
  std::uint64_t size = 0;
  {
    MutexLock lock(mutex_);
    file = file_;
    size = *machine_.blob_size();
  }
  CHECK(file != nullptr);
  if (const Status published = parts_.blob_files.publish(digest_, *file); !published.ok()) {
    parts_.observer.cache_degraded(digest_, published.error());
    (void)parts_.blob_files.discard(digest_);
    return end({});
  }
  {
    MutexLock lock(mutex_);
    for (auto& reservation : reservations_) reservation.keep();
    if (reserved_bytes_ > size) parts_.space.release(reserved_bytes_ - size);
  }
  // A blob without a record is served all the same, and counted: its file decides.
  const Status recorded = parts_.record(digest_, *file, size);
  if (!recorded.ok()) parts_.observer.cache_degraded(digest_, recorded.error());
  parts_.observer.blob_published(digest_, size);
  end({});
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
  end(*error);
}

void Flight::storage_failed(const Error& error) {
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.storage_failed(error, actions);
  }
  changed_.notify_all();
  run(actions);
}

void Flight::end(const Status& status) {
  std::uint64_t bytes = 0;
  {
    MutexLock lock(mutex_);
    if (std::exchange(ended_, true)) return;
    bytes = machine_.blob_size().value_or(0);
    if (!status.ok()) reservations_.clear();
  }
  changed_.notify_all();
  parts_.observer.flight_ended(digest_, status, bytes);
  parts_.ended(digest_);
}

}  // namespace larder::cache
