// The events and queries of the flight machine; what to fetch next is in flight_planner.cc.
#include "cache/flight_machine.h"

#include <algorithm>
#include <string>
#include <utility>

namespace larder::cache {

FlightMachine::FlightMachine(FlightLimits limits, std::size_t sources)
    : limits_(limits),
      whole_(limits.complete_ranges),
      sources_(sources),
      fetch_count_(limits.fetch_count) {
  CHECK(limits_.chunk_bytes > 0 && limits_.fetches_max > 0);
  CHECK(limits_.segment_bytes >= limits_.chunk_bytes);
  CHECK(limits_.steer_distance_bytes >= limits_.chunk_bytes);
}

void FlightMachine::resume(std::uint64_t blob_size, const ByteRanges& kept,
                           std::uint64_t disk_bytes) {
  CHECK(!started_ && !size_);
  size_ = blob_size;
  size_from_disk_ = true;
  kept_ = kept;
  kept_.remove({blob_size, kToTheEnd});
  unchecked_ = !kept_.empty();
  stray_bytes_ = disk_bytes - std::min(disk_bytes, kept_disk_bytes());
}

void FlightMachine::start(FlightActions& actions) {
  started_ = true;
  // Stopped, or without a file, before it began.
  if (phase_ == Phase::failed) actions.push_back(ParkBlob{});
  if (phase_ == Phase::detached) actions.push_back(DiscardBlob{});
  check_complete(actions);
  plan(actions);
}

bool FlightMachine::reader_joins(ReaderId reader, ByteRange wanted, FlightActions& actions) {
  if (phase_ == Phase::parked) return false;
  readers_[reader].wanted = wanted;
  see_whether_all_is_wanted(wanted);
  plan(actions);
  return true;
}

void FlightMachine::reader_waits(ReaderId reader, ByteRange range, FlightActions& actions) {
  readers_.at(reader).waits = range;
  plan(actions);
}

void FlightMachine::reader_goes_on(ReaderId reader) {
  readers_.at(reader).waits.reset();
}

void FlightMachine::reader_was_told(ReaderId reader, ByteRange given) {
  Reader& told = readers_.at(reader);
  told.told = true;
  if (given.end == 0) return;
  if (told.given.end == 0) told.given = given;
  told.given.end = std::max(told.given.end, given.end);
}

ByteRange FlightMachine::unproven(ReaderId reader, std::uint64_t hashed_bytes) const {
  const auto it = readers_.find(reader);
  if (it == readers_.end() || it->second.given.end <= hashed_bytes) return {};
  return {std::max(it->second.given.begin, hashed_bytes), it->second.given.end};
}

void FlightMachine::reader_left(ReaderId reader, FlightActions& actions) {
  readers_.erase(reader);
  plan(actions);
}

bool FlightMachine::fetch_began(FetchId id, std::uint64_t offset,
                                std::optional<std::uint64_t> blob_size, FlightActions& actions) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || phase_ != Phase::filling) return false;
  Fetch& fetch = it->second;
  if (offset > fetch.range.begin) {
    fetch_ended(id, Error{Errc::upstream_down, "source skips bytes of the range"}, actions);
    return false;
  }
  if (blob_size && !agree_on_size(id, *blob_size, actions)) return false;
  fetch.position = offset;
  if (offset < fetch.range.begin && leave_to_another(id, actions)) return false;
  check_complete(actions);
  plan(actions);
  return wants(id);
}

// Returns: false when the fetch is not wanted any more.
bool FlightMachine::agree_on_size(FetchId id, std::uint64_t size, FlightActions& actions) {
  const bool agrees = size_ ? size == *size_ : size >= highest_byte();
  if (agrees) {
    size_from_disk_ = false;
    if (!size_) learn_size(size);
    return true;
  }
  SourceState& source = sources_[fetches_.at(id).source];
  source.tells_other_size = true;
  source.gone = source.gone || size_from_disk_;
  fetch_ended(id, Error{Errc::upstream_down, "source tells another size of the blob"}, actions);
  return false;
}

// One past the last byte that has come, written or not.
std::uint64_t FlightMachine::highest_byte() const {
  std::uint64_t highest = kept_.end();
  for (const auto& [id, fetch] : fetches_) highest = std::max(highest, fetch.position);
  return highest;
}

// No source agrees with what an earlier flight left: it is that which must be wrong. False: that is
// not so.
bool FlightMachine::doubt_the_disk(FlightActions& actions) {
  if (!size_from_disk_) return false;
  bool is_doubted = false;
  for (SourceState& source : sources_) {
    if (!std::exchange(source.tells_other_size, false)) continue;
    source.gone = false;
    source.failures = 0;
    is_doubted = true;
  }
  if (is_doubted) restart(actions);
  return is_doubted;
}

// The source begins at the front whatever range is asked for. Another fetch that comes from there
// anyway brings these bytes too.
bool FlightMachine::leave_to_another(FetchId id, FlightActions& actions) {
  sources_[fetches_.at(id).source].ignores_ranges = true;
  const auto gap = kept_.first_gap(0, end_of_blob());
  const Fetch* const front = gap ? claimant(gap->begin) : nullptr;
  if (front == nullptr || front == &fetches_.at(id) || front->asked_end <= front->range.end) {
    return false;
  }
  actions.push_back(CancelFetch{id});
  fetches_.erase(id);
  for (auto& [other, fetch] : fetches_) extend(fetch);
  plan(actions);
  return true;
}

Arrived FlightMachine::bytes_arrived(FetchId id, std::uint64_t size) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || phase_ != Phase::filling) return {};
  Fetch& fetch = it->second;
  const std::uint64_t first = fetch.position;
  fetch.position += size;
  fetch.arrived_bytes += size;
  fetch.progressed = makes_progress(fetch);
  if (fetch.progressed) sources_[fetch.source].failures = 0;
  while (fetch.position > fetch.range.end && extend(fetch)) {
  }
  const std::uint64_t begin = std::max(first, fetch.range.begin);
  const std::uint64_t end = std::min(fetch.position, fetch.range.end);
  if (begin >= end) return {};
  return {{begin, end}, begin - first};
}

bool FlightMachine::makes_progress(const Fetch& fetch) const {
  const bool is_at_end = fetch.position >= std::min(fetch.asked_end, end_of_blob());
  return is_at_end || fetch.arrived_bytes >= kProgressBytesMin;
}

void FlightMachine::bytes_written(FetchId id, ByteRange range, MonoTime now,
                                  FlightActions& actions) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || phase_ != Phase::filling) return;
  Fetch& fetch = it->second;
  present_.add(range);
  kept_.add(range);
  sources_[fetch.source].contributed = true;
  arrived_bytes_ += range.size_bytes();
  measure(now);
  const bool is_done = range.end >= fetch.range.end;
  if (is_done && (fetch.position > fetch.range.end || !extend(fetch))) {
    actions.push_back(CancelFetch{id});
    fetches_.erase(it);
  }
  check_complete(actions);
  plan(actions);
}

void FlightMachine::measure(MonoTime now) {
  if (!size_ || !whole_) return;
  const auto running = std::count_if(fetches_.begin(), fetches_.end(),
                                     [](const auto& entry) { return entry.second.progressed; });
  const bool in_vain = fetch_count_.measure(
      {now, arrived_bytes_, *size_ - kept_.total_bytes(), static_cast<std::size_t>(running)});
  if (in_vain) extra_source_ = (extra_source_ + 1) % sources_.size();
}

void FlightMachine::fetch_ended(FetchId id, const Status& outcome, FlightActions& actions) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end()) return;
  const Fetch fetch = it->second;
  fetches_.erase(it);
  if (phase_ != Phase::filling) return;
  refused_ = false;  // its thread is free
  const bool may_lie_beyond = !whole_ && !size_ && fetch.range.begin > 0;
  if (!outcome.ok() && may_lie_beyond && !std::exchange(asks_for_size_, true)) {
    // Blamed on nobody: the next fetch begins at the front and tells the size.
  } else if (!outcome.ok()) {
    source_failed(fetch.source, outcome.error(), fetch.progressed);
  } else if (!size_ && fetch.asked_end == kToTheEnd && fetch.position >= kept_.end()) {
    learn_size(fetch.position);
    check_complete(actions);
  } else {
    source_failed(fetch.source, {Errc::upstream_down, "source ended early"}, fetch.progressed);
  }
  plan(actions);
}

void FlightMachine::fetch_refused(FetchId id, FlightActions& actions) {
  if (fetches_.erase(id) == 0 || phase_ != Phase::filling) return;
  if (fetches_.empty()) return fail({Errc::busy, "too many fetches at once"}, actions);
  refused_ = true;
}

void FlightMachine::checks_refused(FlightActions& actions) {
  checking_ = false;
  if (phase_ == Phase::filling) fail({Errc::busy, "too many fetches at once"}, actions);
}

void FlightMachine::bytes_checked(ByteRange range, bool good, FlightActions& actions) {
  // Not kept any more: the blob was begun anew meanwhile.
  if (phase_ != Phase::filling || kept_.first_gap(range.begin, range.end)) return;
  if (good) {
    present_.add(range);
    resumed_ = true;
  } else {
    kept_.remove(range);
  }
  check_complete(actions);
  plan(actions);
}

void FlightMachine::storage_failed(const Error& error, FlightActions& actions) {
  if (phase_ != Phase::filling && phase_ != Phase::verifying) return;
  phase_ = Phase::detached;
  error_ = error;
  cancel_fetches(actions);
  end_with(DiscardBlob{}, actions);
}

void FlightMachine::verified(bool matches, FlightActions& actions) {
  if (phase_ != Phase::verifying) return;
  if (!matches) return mismatch(actions);
  phase_ = Phase::verified;
  actions.push_back(PublishBlob{});
}

// Whose bytes were wrong is not known when several gave some; when an earlier flight did, even the
// best source may be good.
void FlightMachine::mismatch(FlightActions& actions) {
  const Error error{Errc::corrupt, "bytes do not match the digest"};
  for (SourceState& source : sources_) {
    if (!source.contributed || resumed_) continue;
    source.gone = true;
    source.error = error;
  }
  if (std::exchange(retried_, true) || !best_source()) return fail(error, actions);
  restart(actions);
}

void FlightMachine::restart(FlightActions& actions) {
  cancel_fetches(actions);
  phase_ = Phase::filling;
  present_ = {};
  kept_ = {};
  size_.reset();
  size_from_disk_ = false;
  resumed_ = false;
  stray_bytes_ = 0;
  for (SourceState& source : sources_) source.contributed = false;
  for (auto& [id, reader] : readers_) reader.cut = reader.told;
  restarting_ = true;
  actions.push_back(RestartBlob{});
}

void FlightMachine::restarted(FlightActions& actions) {
  restarting_ = false;
  if (ended_restarting_) actions.push_back(DiscardBlob{});
  plan(actions);
}

void FlightMachine::cancel(FlightActions& actions) {
  if (phase_ != Phase::filling && phase_ != Phase::verifying) return;
  fail({Errc::cancelled, "stopping"}, actions);
}

void FlightMachine::adopt(std::uint64_t blob_size) {
  CHECK(fetches_.empty());
  if (phase_ != Phase::filling) return;
  size_ = blob_size;
  phase_ = Phase::verified;
}

void FlightMachine::see_whether_all_is_wanted(ByteRange wanted) {
  const bool all = wanted.end == kToTheEnd || (size_ && wanted.begin == 0 && wanted.end >= *size_);
  whole_ = whole_ || all;
}

void FlightMachine::learn_size(std::uint64_t size) {
  size_ = size;
  for (auto& [id, fetch] : fetches_) {
    fetch.range.end = std::max(fetch.range.begin, std::min(fetch.range.end, size));
  }
  for (const auto& [id, reader] : readers_) see_whether_all_is_wanted(reader.wanted);
}

void FlightMachine::source_failed(std::size_t index, const Error& error, bool progressed) {
  SourceState& source = sources_[index];
  source.error = error;
  source.failures = progressed ? 1 : source.failures + 1;
  ++source.failures_total;
  const bool final_word = error.code == Errc::not_found || error.code == Errc::denied ||
                          error.code == Errc::invalid || error.code == Errc::busy;
  source.gone = source.gone || final_word || source.failures >= limits_.failures_max ||
                source.failures_total >= limits_.failures_total_max;
}

// What came is kept for the next flight, unless it is wrong.
void FlightMachine::fail(Error error, FlightActions& actions) {
  phase_ = Phase::failed;
  cancel_fetches(actions);
  if (error.code == Errc::corrupt) {
    end_with(DiscardBlob{}, actions);
  } else {
    end_with(ParkBlob{}, actions);
  }
  error_ = std::move(error);
}

// Not while the driver changes the files: it would end with some of both.
void FlightMachine::end_with(const FlightAction& action, FlightActions& actions) {
  if (restarting_) {
    ended_restarting_ = true;
  } else if (started_) {
    actions.push_back(action);
  }
}

void FlightMachine::cancel_fetches(FlightActions& actions) {
  for (const auto& [id, fetch] : fetches_) actions.push_back(CancelFetch{id});
  fetches_.clear();
}

void FlightMachine::check_complete(FlightActions& actions) {
  if (phase_ != Phase::filling || !size_ || prefix_bytes() < *size_) return;
  phase_ = Phase::verifying;
  cancel_fetches(actions);
  actions.push_back(VerifyBlob{});
}

const Error& FlightMachine::error() const {
  CHECK(error_.has_value());
  return *error_;
}

std::uint64_t FlightMachine::readable_until(std::uint64_t offset) const {
  if (!size_) return offset;
  if (phase_ == Phase::verified) return *size_;
  if (phase_ == Phase::failed && error_->code == Errc::corrupt) return offset;
  // What will not be hashed any more is nobody's.
  if (phase_ == Phase::detached) return offset;
  const bool holds_back = whole_ || phase_ == Phase::verifying;
  const std::uint64_t held = holds_back ? std::min(*size_, limits_.hold_back_bytes) : 0;
  return std::max(offset, std::min(present_.covered_until(offset), *size_ - held));
}

bool FlightMachine::is_cut(ReaderId reader) const {
  const auto it = readers_.find(reader);
  return it != readers_.end() && it->second.cut;
}

std::uint64_t FlightMachine::disk_bytes_needed() const {
  if (!size_) return 0;
  if (whole_) return disk_bytes(*size_);
  ByteRanges needed = kept_;
  for (const auto& [id, fetch] : fetches_) needed.add(fetch.range);
  needed.remove({*size_, kToTheEnd});
  return std::min(needed.block_bytes(kDiskBlockBytes) + stray_bytes_, disk_bytes(*size_));
}

FlightMachine::Contributors FlightMachine::contributors() const {
  Contributors result;
  result.disk = resumed_;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].contributed) result.sources.push_back(i);
  }
  return result;
}

// "It is not there" only when no source had another reason.
Error FlightMachine::most_telling_error() const {
  const Error* result = nullptr;
  for (const SourceState& source : sources_) {
    if (!source.error) continue;
    if (result == nullptr || result->code == Errc::not_found) result = &*source.error;
  }
  return result != nullptr ? *result
                           : Error{Errc::not_found, "not cached, and no source may be asked"};
}

}  // namespace larder::cache
