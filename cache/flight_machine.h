// The decisions of a flight, as a pure state machine: events in, actions out.
//
// It owns no thread, clock, socket or file, so every interleaving and fault can be replayed. A
// driver (flight.h) turns what happens into events, under one lock, and carries out the actions
// without it.
//
//   filling --all bytes present--> verifying --digest matches--> verified
//      |                               `-----does not match-----> failed (corrupt)
//      |--no source left--> failed
//      `--disk full-------> detached: readers go on without the disk
//
// Sources are used in order; one that fails is asked again at the byte where it stopped, then the
// next one. The front of the blob is always being fetched; a reader that waits far ahead of every
// fetch gets one of its own.
// Thread-safety: none. Blocks: no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "cache/base/result.h"
#include "cache/byte_ranges.h"
#include "cache/source.h"

namespace larder::cache {

using FetchId = std::uint64_t;
using ReaderId = std::uint64_t;

struct FlightLimits {
  std::uint64_t chunk_bytes = 1 << 20;           // fetches begin on a multiple of this
  std::uint64_t steer_distance_bytes = 8 << 20;  // a reader waiting further ahead gets a fetch
  std::uint64_t hold_back_bytes = 64 << 10;      // of an unverified blob's end
  std::size_t fetches_max = 4;
  unsigned failures_max = 2;         // of one source, in a row and without a byte
  unsigned failures_total_max = 32;  // of one source over the whole flight
};

// Ask sources[source] for `range` and report what comes as fetch `fetch`.
struct StartFetch {
  FetchId fetch;
  std::size_t source;
  ByteRange range;
};
// The fetch is not needed any more; its end need not be reported.
struct CancelFetch {
  FetchId fetch;
};
// Every byte is present: compare the digest and report verified().
struct VerifyBlob {};
// The blob is verified: make it last.
struct PublishBlob {};
// The flight has failed or goes on without the disk: drop what is on disk. Once.
struct DiscardBlob {};

struct Arrived {
  ByteRange range;                  // empty when none of the bytes is wanted
  std::uint64_t skipped_bytes = 0;  // of those that came, before the range
};

using FlightAction = std::variant<StartFetch, CancelFetch, VerifyBlob, PublishBlob, DiscardBlob>;
using FlightActions = std::vector<FlightAction>;

class FlightMachine {
 public:
  enum class Phase { filling, verifying, verified, failed, detached };

  // Requires: sources > 0.
  FlightMachine(FlightLimits limits, std::size_t sources);

  // Events; each adds what is to be done now to `actions`.

  void start(FlightActions& actions);
  // One more source, asked after those before it. A joiner may know where else the blob is.
  void add_source() { sources_.emplace_back(); }
  // A reader cannot go on before the byte at `offset` may be read.
  void reader_waits(ReaderId reader, std::uint64_t offset, FlightActions& actions);
  void reader_left(ReaderId reader);
  // The source answered: its bytes begin at `offset`. False: it is of no use, stop it.
  bool fetch_began(FetchId fetch, std::uint64_t offset, std::optional<std::uint64_t> blob_size,
                   FlightActions& actions);
  // `size` more bytes have come. Returns the part of the blob among them that is wanted, to be
  // written and reported by bytes_written().
  Arrived bytes_arrived(FetchId fetch, std::uint64_t size);
  void bytes_written(FetchId fetch, ByteRange range, FlightActions& actions);
  void fetch_ended(FetchId fetch, const Status& outcome, FlightActions& actions);
  // The disk takes no more bytes, or does not give them back.
  void storage_failed(const Error& error, FlightActions& actions);
  void verified(bool matches, FlightActions& actions);
  // Nobody is to wait any longer: the daemon stops.
  void cancel(FlightActions& actions);
  // The blob turned out to be on disk already, whole and verified.
  void adopt(std::uint64_t blob_size);

  // Queries.

  Phase phase() const { return phase_; }
  std::optional<std::uint64_t> blob_size() const { return size_; }
  // Why readers are to give up, or to go on without the disk; only when failed or detached.
  const Error& error() const;
  // Bytes present without a gap from the front: what can be hashed.
  std::uint64_t prefix_bytes() const { return present_.covered_until(0); }
  // One past the last byte a reader at `offset` may have now; `offset` when it must wait.
  std::uint64_t readable_until(std::uint64_t offset) const;
  // Whether this fetch is still wanted.
  bool wants(FetchId fetch) const { return fetches_.contains(fetch); }
  // Sources that gave bytes to this blob.
  std::vector<std::size_t> contributors() const;

 private:
  struct Fetch {
    std::size_t source;
    ByteRange range;         // what it is to bring; end may be kToTheEnd
    std::uint64_t position;  // of the next byte that arrives
    bool progressed = false;
  };
  struct SourceState {
    unsigned failures = 0;  // since its last byte
    unsigned failures_total = 0;
    bool gone = false;
    bool contributed = false;
    std::optional<Error> error;
  };

  void plan(FlightActions& actions);
  void plan_front(FlightActions& actions);
  void plan_readers(FlightActions& actions);
  void start_fetch(ByteRange range, FlightActions& actions);
  static std::uint64_t reached_by(const Fetch& fetch);
  std::optional<std::size_t> best_source() const;
  void learn_size(std::uint64_t size);
  void source_failed(std::size_t source, const Error& error, bool progressed);
  void fail(Error error, FlightActions& actions);
  void cancel_fetches(FlightActions& actions);
  void check_complete(FlightActions& actions);
  std::uint64_t end_of_blob() const { return size_.value_or(kToTheEnd); }
  // The fetch that will bring the byte at `offset`, if any.
  Fetch* claimant(std::uint64_t offset);
  Error most_telling_error() const;

  const FlightLimits limits_;
  Phase phase_ = Phase::filling;
  std::optional<std::uint64_t> size_;
  ByteRanges present_;
  std::vector<SourceState> sources_;
  std::map<FetchId, Fetch> fetches_;
  std::map<ReaderId, std::uint64_t> waiting_;  // reader -> offset
  FetchId next_fetch_ = 1;
  std::optional<Error> error_;
};

}  // namespace larder::cache
