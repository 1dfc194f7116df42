#include "cache/flight_sink.h"

#include <algorithm>
#include <utility>

#include "cache/disk_bytes.h"

namespace larder::cache {

namespace {

// A source that does not tell the size of the blob: room is taken in steps of this.
constexpr std::uint64_t kRoomStepBytes = 16 << 20;

// The chunks of which the bytes of `range` were the last absent ones; none when the blob is whole,
// for it needs no map any more.
std::vector<std::uint32_t> whole_chunks(const FlightMachine& machine, ByteRange range,
                                        std::uint64_t size, std::uint64_t chunk_bytes) {
  // Parked by these very bytes: nobody waits for more, and it is this map that keeps them.
  const auto phase = machine.phase();
  if (phase != FlightMachine::Phase::filling && phase != FlightMachine::Phase::parked) return {};
  std::vector<std::uint32_t> chunks;
  for (std::uint64_t chunk = range.begin / chunk_bytes; chunk * chunk_bytes < range.end; ++chunk) {
    const ByteRange all{chunk * chunk_bytes, std::min(size, (chunk + 1) * chunk_bytes)};
    if (machine.is_present(all)) chunks.push_back(static_cast<std::uint32_t>(chunk));
  }
  return chunks;
}

}  // namespace

Flight::Sink::Sink(Flight& flight, FetchId fetch)
    : flight_(flight), fetch_(fetch), watcher_(flight.parts_.limits.chunk_bytes) {}

bool Flight::Sink::begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size) {
  FlightActions actions;
  bool wanted = false;
  std::uint64_t needed = 0;
  {
    MutexLock lock(flight_.mutex_);
    wanted = flight_.machine_.fetch_began(fetch_, offset, blob_size, actions);
    needed = flight_.machine_.disk_bytes_needed();
  }
  flight_.changed_.notify_all();
  flight_.run(actions);
  if (!wanted) return false;
  const Status room = flight_.space_.grow_to(needed);
  if (!room.ok()) flight_.storage_failed(room.error());
  return room.ok();
}

bool Flight::Sink::write(std::span<const std::byte> bytes) {
  const Place place = place_for(bytes.size());
  if (place.partial != nullptr) {
    const ByteRange range = place.arrived.range;
    bytes = bytes.subspan(place.arrived.skipped_bytes, range.size_bytes());
    Status stored = flight_.space_.grow_to(place.needed_bytes);
    if (stored.ok()) stored = place.partial->file().write_at(range.begin, bytes);
    if (stored.ok()) {
      flight_.space_.wrote(bytes.size());
      written(place, bytes);
    } else {
      flight_.storage_failed(stored.error());
    }
    flight_.done_writing();
  }
  MutexLock lock(flight_.mutex_);
  return flight_.machine_.wants(fetch_);
}

Flight::Sink::Place Flight::Sink::place_for(std::uint64_t size) {
  MutexLock lock(flight_.mutex_);
  FlightMachine& machine = flight_.machine_;
  const Arrived arrived = machine.bytes_arrived(fetch_, size);
  if (arrived.range.size_bytes() == 0) return {};
  ++flight_.writers_;
  const std::uint64_t needed = machine.blob_size() ? machine.disk_bytes_needed()
                                                   : disk_bytes(arrived.range.end + kRoomStepBytes);
  return {flight_.partial_, arrived, needed};
}

void Flight::Sink::written(const Place& place, std::span<const std::byte> bytes) {
  const ByteRange range = place.arrived.range;
  FlightActions actions;
  std::vector<std::uint32_t> whole;
  std::optional<std::uint64_t> size;
  {
    MutexLock lock(flight_.mutex_);
    flight_.machine_.bytes_written(fetch_, range, flight_.parts_.clock.now(), actions);
    size = flight_.machine_.blob_size();
    if (size && flight_.partial_ == place.partial) {
      whole = whole_chunks(flight_.machine_, range, *size, flight_.parts_.limits.chunk_bytes);
    }
  }
  flight_.changed_.notify_all();
  watcher_.add(range, bytes, size);
  for (const std::uint32_t chunk : whole) {
    place.partial->record(chunk, *size, watcher_.sum_of(chunk));
  }
  flight_.advance_hash(place.partial, range, bytes);
  flight_.run(actions);
}

}  // namespace larder::cache
