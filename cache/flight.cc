#include "cache/flight.h"

#include <algorithm>
#include <utility>

#include "cache/flight_sink.h"

namespace larder::cache {

namespace {

// Clients decide how many repositories they name a blob by.
constexpr std::size_t kSourcesMax = 64;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 14 does not deduce it by itself

}  // namespace

Flight::Flight(const Digest& digest, const FlightParts& parts,
               std::vector<std::shared_ptr<Source>> sources)
    : digest_(digest),
      parts_(parts),
      space_(parts.space),
      sources_(std::move(sources)),
      machine_(parts.limits, sources_.size()) {}

void Flight::resume(std::shared_ptr<PartialBlob> partial, std::uint64_t disk_bytes) {
  space_.take_over(disk_bytes);
  MutexLock lock(mutex_);
  machine_.resume(partial->blob_bytes(), partial->claimed(), disk_bytes);
  file_ = partial->shared_file();
  partial_ = std::move(partial);
}

void Flight::start() {
  parts_.observer.flight_started(digest_);
  auto hold = parts_.claims.hold(digest_);
  bool has_partial = false;
  {
    MutexLock lock(mutex_);
    hold_ = std::move(hold);
    has_partial = partial_ != nullptr;
  }
  if (!has_partial) begin_partial();
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.start(actions);
  }
  changed_.notify_all();
  run(actions);
}

void Flight::begin_partial() {
  auto made = PartialBlob::begin(parts_.blob_files, digest_, parts_.limits.chunk_bytes);
  if (!made.ok()) return storage_failed(made.error());
  MutexLock lock(mutex_);
  file_ = (*made)->shared_file();
  partial_ = *std::move(made);
}

void Flight::add_sources(std::vector<std::shared_ptr<Source>> sources) {
  MutexLock lock(mutex_);
  for (auto& source : sources) {
    const bool known = std::any_of(sources_.begin(), sources_.end(), [&](const auto& other) {
      return other->identity() == source->identity();
    });
    if (known || sources_.size() >= kSourcesMax) continue;
    sources_.push_back(std::move(source));
    machine_.add_source();
  }
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

void Flight::wait_end() {
  MutexLock lock(mutex_);
  while (!ended_) changed_.wait(mutex_);
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

std::optional<ReaderId> Flight::add_reader(ByteRange wanted) {
  FlightActions actions;
  std::optional<ReaderId> reader;
  {
    MutexLock lock(mutex_);
    reader = next_reader_++;
    if (!machine_.reader_joins(*reader, wanted, actions)) reader.reset();
  }
  run(actions);
  return reader;
}

void Flight::remove_reader(ReaderId reader) {
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    machine_.reader_left(reader, actions);
  }
  run(actions);
}

Result<std::uint64_t> Flight::wait_size(ReaderId reader, MonoTime deadline) {
  MutexLock lock(mutex_);
  for (bool in_time = true;;) {
    const auto phase = machine_.phase();
    // An empty answer is believed only once its digest has been checked.
    const auto size = machine_.blob_size();
    if (size && (*size > 0 || phase == FlightMachine::Phase::verified)) {
      machine_.reader_was_told(reader);
      return *size;
    }
    const bool over =
        phase == FlightMachine::Phase::failed || phase == FlightMachine::Phase::detached;
    if (over) return machine_.error();
    if (!in_time) return Error{Errc::timeout, "no source answered in time"};
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

Result<Flight::Readable> Flight::wait_readable(ReaderId reader, ByteRange range,
                                               MonoTime deadline) {
  bool waiting = false;
  for (;;) {
    FlightActions actions;
    {
      MutexLock lock(mutex_);
      if (waiting && !is_over(reader, range.begin) && !changed_.wait_until(mutex_, deadline) &&
          !is_over(reader, range.begin)) {
        machine_.reader_goes_on(reader);
        return Error{Errc::timeout, "no source sent the bytes in time"};
      }
      if (is_over(reader, range.begin)) {
        machine_.reader_goes_on(reader);
        return readable(reader, range);
      }
      if (!std::exchange(waiting, true)) machine_.reader_waits(reader, range, actions);
    }
    run(actions);
  }
}

// Whether there is nothing to wait for: bytes are there, or never will be.
bool Flight::is_over(ReaderId reader, std::uint64_t offset) const {
  const auto phase = machine_.phase();
  return machine_.is_cut(reader) || machine_.readable_until(offset) > offset ||
         phase == FlightMachine::Phase::failed || phase == FlightMachine::Phase::detached;
}

Result<Flight::Readable> Flight::readable(ReaderId reader, ByteRange range) {
  if (machine_.is_cut(reader)) return Error{Errc::corrupt, "bytes did not match the digest"};
  const std::uint64_t until = machine_.readable_until(range.begin);
  if (until > range.begin) {
    machine_.reader_was_told(reader, {range.begin, std::min(until, range.end)});
    return Readable{file_, until};
  }
  if (machine_.phase() == FlightMachine::Phase::detached) return Error{Errc::no_space, "disk"};
  return machine_.error();
}

BlobPresence Flight::progress() const {
  MutexLock lock(mutex_);
  return {BlobPresence::State::partial, machine_.kept_bytes(), machine_.blob_size(),
          /*is_being_fetched=*/!ended_};
}

bool Flight::is_detached() const {
  MutexLock lock(mutex_);
  return machine_.phase() == FlightMachine::Phase::detached;
}

Flight::Detached Flight::detached(ReaderId reader) {
  std::shared_ptr<PartialBlob> partial;
  Detached result{nullptr, 0, {}, std::nullopt, Hasher(digest_.algorithm()), {}};
  {
    MutexLock lock(mutex_);
    partial = partial_;
    result.blob_bytes = machine_.blob_size();
    result.sources = sources_;
  }
  if (partial == nullptr) return result;
  auto [hashed_bytes, hasher] = partial->hasher().copy();
  result.file = partial->shared_file();
  {
    MutexLock lock(mutex_);
    result.unproven = machine_.unproven(reader, hashed_bytes);
  }
  result.prefix_bytes = hashed_bytes;
  result.hasher = std::move(hasher);
  return result;
}

void Flight::run(const FlightActions& actions) {
  for (const FlightAction& action : actions) {
    std::visit(Overloaded{
                   [this](const StartFetch& start) { start_fetch(start); },
                   [this](const CancelFetch& cancel) { stop_fetch(cancel.fetch); },
                   [this](const StartChecks&) { start_checks(); },
                   [this](const VerifyBlob&) { advance_hash(partial(), {}, {}); },
                   [this](const PublishBlob&) { publish(); },
                   [this](const RestartBlob&) { restart(); },
                   [this](const ParkBlob&) { park(); },
                   [this](const DiscardBlob&) { discard(); },
               },
               action);
  }
}

std::shared_ptr<PartialBlob> Flight::partial() const {
  MutexLock lock(mutex_);
  return partial_;
}

std::shared_ptr<Source> Flight::source(std::size_t index) const {
  MutexLock lock(mutex_);
  return sources_.at(index);
}

void Flight::start_fetch(const StartFetch& action) {
  {
    MutexLock lock(mutex_);
    stops_.try_emplace(action.fetch);
  }
  const bool runs =
      parts_.executor.run([self = shared_from_this(), action] { self->run_fetch(action); });
  if (!runs) refuse_fetch(action.fetch);
}

void Flight::refuse_fetch(FetchId fetch) {
  FlightActions actions;
  {
    MutexLock lock(mutex_);
    stops_.erase(fetch);
    machine_.fetch_refused(fetch, actions);
  }
  changed_.notify_all();
  run(actions);
}

void Flight::run_fetch(const StartFetch& action) {
  const std::stop_token stop = stop_token_of(action.fetch);
  Status status = Error{Errc::cancelled, "not needed any more"};
  if (!stop.stop_requested()) {
    Sink sink(*this, action.fetch);
    status = source(action.source)->fetch(digest_, action.range, sink, stop);
  }
  end_fetch(action.fetch, action.source, status);
}

void Flight::end_fetch(FetchId fetch, std::size_t source, const Status& status) {
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
  Claims::Hold hold;  // let go when everything else is done
  {
    MutexLock lock(mutex_);
    if (std::exchange(ended_, true)) return;
    bytes = machine_.blob_size().value_or(0);
    hold = std::move(hold_);
  }
  changed_.notify_all();
  parts_.observer.flight_ended(digest_, status, bytes);
  parts_.ended(*this);
}

}  // namespace larder::cache
