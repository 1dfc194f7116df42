#include "cache/flight_machine.h"

#include <algorithm>
#include <string>
#include <utility>

namespace larder::cache {

FlightMachine::FlightMachine(FlightLimits limits, std::size_t sources)
    : limits_(limits), sources_(sources) {
  CHECK(sources > 0);
  CHECK(limits_.chunk_bytes > 0 && limits_.fetches_max > 0);
  CHECK(limits_.steer_distance_bytes >= limits_.chunk_bytes);
}

void FlightMachine::start(FlightActions& actions) {
  plan(actions);
}

void FlightMachine::reader_waits(ReaderId reader, std::uint64_t offset, FlightActions& actions) {
  waiting_[reader] = offset;
  plan(actions);
}

void FlightMachine::reader_left(ReaderId reader) {
  waiting_.erase(reader);
}

bool FlightMachine::fetch_began(FetchId id, std::uint64_t offset,
                                std::optional<std::uint64_t> blob_size, FlightActions& actions) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || phase_ != Phase::filling) return false;
  Fetch& fetch = it->second;
  const bool other_size = blob_size && (size_ ? *blob_size != *size_ : *blob_size < present_.end());
  if (other_size || offset > fetch.range.begin) {
    fetch_ended(id,
                Error{Errc::upstream_down, other_size ? "source tells another size of the blob"
                                                      : "source skips bytes of the range"},
                actions);
    return false;
  }
  fetch.position = offset;
  if (blob_size && !size_) learn_size(*blob_size);
  check_complete(actions);
  plan(actions);
  return wants(id);
}

Arrived FlightMachine::bytes_arrived(FetchId id, std::uint64_t size) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end() || phase_ != Phase::filling) return {};
  Fetch& fetch = it->second;
  const std::uint64_t first = fetch.position;
  const std::uint64_t begin = std::max(first, fetch.range.begin);
  const std::uint64_t end = std::min(first + size, fetch.range.end);
  fetch.position += size;
  fetch.progressed = true;
  sources_[fetch.source].failures = 0;
  if (begin >= end) return {};
  return {{begin, end}, begin - first};
}

void FlightMachine::bytes_written(FetchId id, ByteRange range, FlightActions& actions) {
  if (phase_ != Phase::filling) return;
  present_.add(range);
  const auto it = fetches_.find(id);
  if (it != fetches_.end()) {
    sources_[it->second.source].contributed = true;
    if (range.end >= it->second.range.end) {
      actions.push_back(CancelFetch{id});
      fetches_.erase(it);
    }
  }
  check_complete(actions);
  plan(actions);
}

void FlightMachine::fetch_ended(FetchId id, const Status& outcome, FlightActions& actions) {
  const auto it = fetches_.find(id);
  if (it == fetches_.end()) return;
  const Fetch fetch = it->second;
  fetches_.erase(it);
  if (phase_ != Phase::filling) return;
  if (!outcome.ok()) {
    source_failed(fetch.source, outcome.error(), fetch.progressed);
  } else if (!size_ && fetch.range.end == kToTheEnd && fetch.position >= present_.end()) {
    learn_size(fetch.position);
    check_complete(actions);
  } else {
    source_failed(fetch.source, {Errc::upstream_down, "source ended early"}, fetch.progressed);
  }
  plan(actions);
}

void FlightMachine::storage_failed(const Error& error, FlightActions& actions) {
  if (phase_ != Phase::filling && phase_ != Phase::verifying) return;
  phase_ = Phase::detached;
  error_ = error;
  cancel_fetches(actions);
  actions.push_back(DiscardBlob{});
}

void FlightMachine::verified(bool matches, FlightActions& actions) {
  if (phase_ != Phase::verifying) return;
  if (!matches) return fail({Errc::corrupt, "bytes do not match the digest"}, actions);
  phase_ = Phase::verified;
  actions.push_back(PublishBlob{});
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

const Error& FlightMachine::error() const {
  CHECK(error_.has_value());
  return *error_;
}

std::uint64_t FlightMachine::readable_until(std::uint64_t offset) const {
  if (!size_) return offset;
  if (phase_ == Phase::verified) return *size_;
  if (phase_ == Phase::failed && error_->code == Errc::corrupt) return offset;
  const std::uint64_t held = std::min(*size_, limits_.hold_back_bytes);
  return std::max(offset, std::min(present_.covered_until(offset), *size_ - held));
}

std::vector<std::size_t> FlightMachine::contributors() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].contributed) result.push_back(i);
  }
  return result;
}

void FlightMachine::plan(FlightActions& actions) {
  if (phase_ != Phase::filling) return;
  plan_front(actions);
  if (phase_ == Phase::filling) plan_readers(actions);
}

// One fetch always brings the first absent byte.
void FlightMachine::plan_front(FlightActions& actions) {
  const auto gap = present_.first_gap(0, end_of_blob());
  if (!gap || claimant(gap->begin) != nullptr) return;
  ByteRange range = *gap;
  for (const auto& [id, fetch] : fetches_) {
    if (fetch.range.begin > range.begin) range.end = std::min(range.end, fetch.range.begin);
  }
  start_fetch(range, actions);
}

// Where a fetch stands within what it is to bring: a source that ignores ranges begins before that.
std::uint64_t FlightMachine::reached_by(const Fetch& fetch) {
  return std::max(fetch.position, fetch.range.begin);
}

// A reader that would wait for more than the steering distance gets a fetch that begins at its
// chunk; the fetch that would have come there in the end stops before it.
void FlightMachine::plan_readers(FlightActions& actions) {
  if (!size_) return;
  for (const auto& [reader, offset] : waiting_) {
    if (fetches_.size() >= limits_.fetches_max) return;
    const auto gap = present_.first_gap(offset, *size_);
    if (!gap || gap->begin != offset) continue;
    Fetch* coming = claimant(offset);
    if (coming != nullptr &&
        offset - std::min(offset, reached_by(*coming)) <= limits_.steer_distance_bytes) {
      continue;
    }
    const std::uint64_t chunk = offset - offset % limits_.chunk_bytes;
    ByteRange range{present_.covered_until(chunk), gap->end};
    if (range.begin > offset) range.begin = offset;
    if (coming != nullptr) {
      range.begin = std::max(range.begin, reached_by(*coming));
      range.end = std::min(range.end, coming->range.end);
      coming->range.end = range.begin;
    }
    start_fetch(range, actions);
    if (phase_ != Phase::filling) return;
  }
}

void FlightMachine::start_fetch(ByteRange range, FlightActions& actions) {
  const auto source = best_source();
  if (!source) return fail(most_telling_error(), actions);
  const FetchId id = next_fetch_++;
  fetches_.emplace(id, Fetch{*source, range, range.begin});
  const bool to_the_end = size_ && range.end == *size_;
  actions.push_back(StartFetch{id, *source, {range.begin, to_the_end ? kToTheEnd : range.end}});
}

std::optional<std::size_t> FlightMachine::best_source() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].gone) continue;
    if (!best || sources_[i].failures < sources_[*best].failures) best = i;
  }
  return best;
}

void FlightMachine::learn_size(std::uint64_t size) {
  size_ = size;
  for (auto& [id, fetch] : fetches_) fetch.range.end = std::min(fetch.range.end, size);
}

void FlightMachine::source_failed(std::size_t index, const Error& error, bool progressed) {
  SourceState& source = sources_[index];
  source.error = error;
  source.failures = progressed ? 1 : source.failures + 1;
  ++source.failures_total;
  const bool final_word = error.code == Errc::not_found || error.code == Errc::denied ||
                          error.code == Errc::invalid || error.code == Errc::busy;
  source.gone = final_word || source.failures >= limits_.failures_max ||
                source.failures_total >= limits_.failures_total_max;
}

void FlightMachine::fail(Error error, FlightActions& actions) {
  phase_ = Phase::failed;
  error_ = std::move(error);
  cancel_fetches(actions);
  actions.push_back(DiscardBlob{});
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

FlightMachine::Fetch* FlightMachine::claimant(std::uint64_t offset) {
  for (auto& [id, fetch] : fetches_) {
    if (fetch.range.begin <= offset && offset < fetch.range.end) return &fetch;
  }
  return nullptr;
}

// "It is not there" only when no source had another reason.
Error FlightMachine::most_telling_error() const {
  const Error* result = nullptr;
  for (const SourceState& source : sources_) {
    if (!source.error) continue;
    if (result == nullptr || result->code == Errc::not_found) result = &*source.error;
  }
  return result != nullptr ? *result : Error{Errc::upstream_down, "no source"};
}

}  // namespace larder::cache
