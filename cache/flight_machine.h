// The decisions of a flight, as a pure state machine: events in, actions out.
//
// It owns no thread, clock, socket or file, so every interleaving and fault can be replayed. A
// driver (flight.h) turns what happens into events, under one lock, and carries out the actions
// without it.
//
//   filling --all bytes present--> verifying --digest matches--> verified
//      |   ^                           |-----does not match-----> failed (corrupt)
//      |   `---- once, other sources --'
//      |--no source left--> failed     the bytes stay for the next flight
//      |--nobody wants more--> parked  the bytes stay for the next flight
//      `--disk full-------> detached: readers go on without the disk
//
// A flight of which some reader wants all of the blob brings all of it: the first absent byte is
// always being fetched, a reader that waits far ahead gets a fetch of its own, and further fetches
// take a segment each when that makes it faster (fetch_count.h). A flight of which readers want
// ranges only brings the chunks of those. Sources are used in order; one that fails is asked again
// at the byte where it stopped, then the next one.
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
#include "cache/disk_bytes.h"
#include "cache/fetch_count.h"
#include "cache/source.h"

namespace larder::cache {

using FetchId = std::uint64_t;
using ReaderId = std::uint64_t;

// A fetch that breaks off with less has got nowhere, unless it was asked for less: a source that
// gives a byte each time would otherwise be asked failures_total_max times, at the cost of a
// request each. The http client calls a peer stalled that is slower than this.
inline constexpr std::uint64_t kProgressBytesMin = 4096;

struct FlightLimits {
  std::uint64_t chunk_bytes = 1 << 20;           // fetches begin on a multiple of this
  std::uint64_t segment_bytes = 8 << 20;         // what one of several fetches takes at a time
  std::uint64_t steer_distance_bytes = 8 << 20;  // a reader waiting further ahead gets a fetch
  std::uint64_t hold_back_bytes = 64 << 10;      // of an unverified blob's end
  std::size_t fetches_max = 12;                  // for readers and for speed together
  FetchCountLimits fetch_count{};
  unsigned failures_max = 2;         // of one source, in a row and without progress
  unsigned failures_total_max = 32;  // of one source over the whole flight
  bool complete_ranges = false;      // ranges bring the whole blob in
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
// Bytes of an earlier flight are on disk: check what next_check() names until it names nothing.
struct StartChecks {};
// Every byte is present: compare the digest and report verified().
struct VerifyBlob {};
// The blob is verified: make it last.
struct PublishBlob {};
// What is on disk is wrong: begin an empty file and report restarted(). Nothing is fetched before.
struct RestartBlob {};
// The flight is over: keep what is on disk for the next one. Once.
struct ParkBlob {};
// The flight is over, or goes on without the disk: drop what is on disk. Once.
struct DiscardBlob {};

struct Arrived {
  ByteRange range;                  // empty when none of the bytes is wanted
  std::uint64_t skipped_bytes = 0;  // of those that came, before the range
};

using FlightAction = std::variant<StartFetch, CancelFetch, StartChecks, VerifyBlob, PublishBlob,
                                  RestartBlob, ParkBlob, DiscardBlob>;
using FlightActions = std::vector<FlightAction>;

class FlightMachine {
 public:
  enum class Phase { filling, verifying, verified, failed, parked, detached };

  FlightMachine(FlightLimits limits, std::size_t sources);

  // Events; each adds what is to be done now to `actions`.

  // Before start(): an earlier flight left these bytes, not yet checked. `disk_bytes`: what its
  // file takes, with bytes that are not among them.
  void resume(std::uint64_t blob_size, const ByteRanges& kept, std::uint64_t disk_bytes);
  void start(FlightActions& actions);
  // One more source, asked after those before it. A joiner may know where else the blob is.
  void add_source() { sources_.emplace_back(); }
  // A reader that will ask for `wanted`: to the end means all of the blob; empty means that it asks
  // for the size first. False: the flight is over.
  bool reader_joins(ReaderId reader, ByteRange wanted, FlightActions& actions);
  // It cannot go on before the first byte of `range` may be read, and will want the others.
  void reader_waits(ReaderId reader, ByteRange range, FlightActions& actions);
  void reader_goes_on(ReaderId reader);
  // It has been told the size, or given these bytes, and must be cut if they turn out wrong.
  void reader_was_told(ReaderId reader, ByteRange given = {});
  // Of what it was given, in one piece, the part from `hashed_bytes` on.
  ByteRange unproven(ReaderId reader, std::uint64_t hashed_bytes) const;
  void reader_left(ReaderId reader, FlightActions& actions);
  // The source answered: its bytes begin at `offset`. False: it is of no use, stop it.
  bool fetch_began(FetchId fetch, std::uint64_t offset, std::optional<std::uint64_t> blob_size,
                   FlightActions& actions);
  // `size` more bytes have come. Returns the part of the blob among them that is wanted, to be
  // written and reported by bytes_written().
  Arrived bytes_arrived(FetchId fetch, std::uint64_t size);
  void bytes_written(FetchId fetch, ByteRange range, MonoTime now, FlightActions& actions);
  void fetch_ended(FetchId fetch, const Status& outcome, FlightActions& actions);
  // There is no thread for the fetch.
  void fetch_refused(FetchId fetch, FlightActions& actions);
  // There is no thread for StartChecks. The flight is over; what is on disk stays.
  void checks_refused(FlightActions& actions);
  // The bytes next_check() named are what they were, or not.
  void bytes_checked(ByteRange range, bool good, FlightActions& actions);
  // The disk takes no more bytes, or does not give them back.
  void storage_failed(const Error& error, FlightActions& actions);
  void verified(bool matches, FlightActions& actions);
  void restarted(FlightActions& actions);
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
  bool is_present(ByteRange range) const { return !present_.first_gap(range.begin, range.end); }
  // What has been written, holes left out; of an earlier flight's bytes, some may turn out bad.
  std::uint64_t kept_bytes() const { return kept_.total_bytes(); }
  // What it takes on disk.
  std::uint64_t kept_disk_bytes() const { return kept_.block_bytes(kDiskBlockBytes); }
  // What the flight takes on disk once its fetches are done, as far as it is known.
  std::uint64_t disk_bytes_needed() const;
  // One past the last byte a reader at `offset` may have now; `offset` when it must wait.
  std::uint64_t readable_until(std::uint64_t offset) const;
  // What this reader was given is wrong: nothing more for it.
  bool is_cut(ReaderId reader) const;
  // Whether this fetch is still wanted.
  bool wants(FetchId fetch) const { return fetches_.contains(fetch); }
  // The bytes to check next, at most a chunk; nothing: the checks are over, until StartChecks.
  std::optional<ByteRange> next_check();

  // Who gave bytes to a blob that does not match its digest.
  struct Contributors {
    std::vector<std::size_t> sources;
    bool disk = false;
  };
  Contributors contributors() const;

 private:
  struct Fetch {
    std::size_t source;
    ByteRange range;          // what it is to bring; end may be kToTheEnd
    std::uint64_t asked_end;  // what the source was asked for
    std::uint64_t position;   // of the next byte that arrives
    std::uint64_t arrived_bytes = 0;
    bool progressed = false;
  };
  struct SourceState {
    unsigned failures = 0;  // since it last made progress
    unsigned failures_total = 0;
    bool gone = false;
    bool contributed = false;
    bool ignores_ranges = false;
    bool tells_other_size = false;
    std::optional<Error> error;
  };
  struct Reader {
    ByteRange wanted;
    std::optional<ByteRange> waits;
    bool told = false;
    ByteRange given{};
    bool cut = false;
  };

  bool agree_on_size(FetchId id, std::uint64_t size, FlightActions& actions);
  std::uint64_t highest_byte() const;
  bool doubt_the_disk(FlightActions& actions);
  bool leave_to_another(FetchId id, FlightActions& actions);
  void see_whether_all_is_wanted(ByteRange wanted);
  void learn_size(std::uint64_t size);
  bool makes_progress(const Fetch& fetch) const;
  void measure(MonoTime now);
  void source_failed(std::size_t source, const Error& error, bool progressed);
  void mismatch(FlightActions& actions);
  void restart(FlightActions& actions);
  void fail(Error error, FlightActions& actions);
  void end_with(const FlightAction& action, FlightActions& actions);
  void cancel_fetches(FlightActions& actions);
  void check_complete(FlightActions& actions);
  bool is_planning() const { return phase_ == Phase::filling && started_ && !restarting_; }
  std::uint64_t end_of_blob() const { return size_.value_or(kToTheEnd); }
  Error most_telling_error() const;

  // flight_planner.cc
  void plan(FlightActions& actions);
  void plan_checks(FlightActions& actions);
  void plan_front(FlightActions& actions);
  void plan_waiting(FlightActions& actions);
  void plan_more(FlightActions& actions);
  void plan_ranges(FlightActions& actions);
  void plan_range(ByteRange wanted, FlightActions& actions);
  void plan_end(FlightActions& actions);
  void start_fetch(ByteRange range, std::optional<std::size_t> source, FlightActions& actions);
  ByteRange take_from(const Fetch* claim, std::uint64_t offset, std::uint64_t end);
  bool extend(Fetch& fetch) const;
  bool shorten_longest();
  std::optional<ByteRange> unchecked_at(std::uint64_t offset) const;
  std::optional<ByteRange> first_unclaimed(std::uint64_t from, std::uint64_t until) const;
  bool takes_segments() const;
  std::uint64_t segment_end(std::uint64_t from) const;
  static std::uint64_t reached_by(const Fetch& fetch);
  std::optional<std::size_t> best_source() const;
  std::optional<std::size_t> extra_source() const;
  // The fetch that will bring the byte at `offset`, if any.
  const Fetch* claimant(std::uint64_t offset) const;

  const FlightLimits limits_;
  Phase phase_ = Phase::filling;
  bool started_ = false;
  bool whole_ = false;  // all of the blob is wanted
  std::optional<std::uint64_t> size_;
  bool size_from_disk_ = false;  // and no source has confirmed it
  ByteRanges present_;
  ByteRanges kept_;                  // present, and on disk but not yet checked
  bool unchecked_ = false;           // some of the kept bytes may be unchecked
  bool checking_ = false;            // StartChecks is under way
  std::uint64_t checked_until_ = 0;  // where to look for the next bytes to check
  std::uint64_t stray_bytes_ = 0;    // on disk, and not among the kept
  bool resumed_ = false;             // bytes of an earlier flight are among the present
  bool asks_for_size_ = false;       // before any range
  bool refused_ = false;             // there was no thread for a further fetch
  bool retried_ = false;
  bool restarting_ = false;  // until restarted()
  bool ended_restarting_ = false;
  std::vector<SourceState> sources_;
  std::size_t extra_source_ = 0;  // the one tried for more fetches
  std::map<FetchId, Fetch> fetches_;
  std::map<ReaderId, Reader> readers_;
  FetchId next_fetch_ = 1;
  FetchCount fetch_count_;
  std::uint64_t arrived_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace larder::cache
