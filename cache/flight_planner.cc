// What a flight does next: the planning half of the flight machine.
#include <algorithm>

#include "cache/flight_machine.h"

namespace larder::cache {

namespace {

std::uint64_t align_down(std::uint64_t offset, std::uint64_t step) {
  return offset - offset % step;
}

}  // namespace

void FlightMachine::plan(FlightActions& actions) {
  if (!is_planning()) return;
  plan_checks(actions);
  if (whole_) {
    plan_front(actions);
    plan_waiting(actions);
    plan_more(actions);
  } else {
    plan_ranges(actions);
    plan_end(actions);
  }
}

void FlightMachine::plan_checks(FlightActions& actions) {
  if (!unchecked_ || checking_) return;
  checking_ = true;
  actions.push_back(StartChecks{});
}

// What a reader waits for comes first.
std::optional<ByteRange> FlightMachine::next_check() {
  if (phase_ == Phase::filling) {
    for (const auto& [id, reader] : readers_) {
      if (!reader.waits) continue;
      if (const auto range = unchecked_at(reader.waits->begin)) return range;
    }
    while (const auto kept = kept_.first_range(checked_until_)) {
      checked_until_ = std::max(kept->begin, checked_until_);
      if (const auto range = unchecked_at(checked_until_)) return range;
      checked_until_ = present_.covered_until(checked_until_);
    }
  }
  unchecked_ = false;
  checking_ = false;
  return std::nullopt;
}

// The unchecked bytes of the chunk around `offset`, from there on back to its begin.
std::optional<ByteRange> FlightMachine::unchecked_at(std::uint64_t offset) const {
  if (kept_.covered_until(offset) == offset || present_.covered_until(offset) > offset) {
    return std::nullopt;
  }
  const std::uint64_t chunk = align_down(offset, limits_.chunk_bytes);
  const auto gap = present_.first_gap(chunk, std::min(end_of_blob(), chunk + limits_.chunk_bytes));
  return ByteRange{gap->begin, std::min(gap->end, kept_.covered_until(gap->begin))};
}

// One fetch always brings the first absent byte.
void FlightMachine::plan_front(FlightActions& actions) {
  if (!is_planning()) return;
  const auto gap = kept_.first_gap(0, end_of_blob());
  if (!gap || claimant(gap->begin) != nullptr) return;
  ByteRange range = *first_unclaimed(gap->begin, gap->end);
  if (takes_segments()) range.end = std::min(range.end, segment_end(range.begin));
  start_fetch(range, best_source(), actions);
}

// A reader that would wait for more than the steering distance gets a fetch that begins at its
// chunk; the fetch that would have come there in the end stops before it.
void FlightMachine::plan_waiting(FlightActions& actions) {
  if (!size_) return;
  for (const auto& [id, reader] : readers_) {
    if (!is_planning() || fetches_.size() >= limits_.fetches_max) return;
    const auto source = best_source();
    if (!reader.waits || !source || sources_[*source].ignores_ranges || refused_) continue;
    const std::uint64_t offset = reader.waits->begin;
    const auto gap = kept_.first_gap(offset, *size_);
    if (!gap || gap->begin != offset) continue;
    const Fetch* const coming = claimant(offset);
    if (coming != nullptr &&
        offset - std::min(offset, reached_by(*coming)) <= limits_.steer_distance_bytes) {
      continue;
    }
    start_fetch(take_from(coming, offset, gap->end), source, actions);
  }
}

// The bytes from the chunk of `offset` on that are absent, taken away from the fetch that claims
// them.
ByteRange FlightMachine::take_from(const Fetch* claim, std::uint64_t offset, std::uint64_t end) {
  const std::uint64_t chunk = align_down(offset, limits_.chunk_bytes);
  const std::uint64_t begin = std::min(offset, kept_.covered_until(chunk));
  if (claim == nullptr) {
    auto range = *first_unclaimed(offset, end);
    const auto before = first_unclaimed(begin, range.end);
    if (before && before->end == range.end) range.begin = before->begin;
    return range;
  }
  for (auto& [id, fetch] : fetches_) {
    if (&fetch != claim) continue;
    const ByteRange range{std::max(begin, reached_by(fetch)), std::min(end, fetch.range.end)};
    fetch.range.end = range.begin;
    return range;
  }
  return {offset, end};
}

// More fetches of a segment each, in the order of the bytes so that the hash keeps up.
void FlightMachine::plan_more(FlightActions& actions) {
  if (!size_ || refused_) return;
  const std::size_t target = std::min(fetch_count_.target(), limits_.fetches_max);
  while (is_planning() && fetches_.size() < target) {
    const auto source = extra_source();
    if (!source) return;
    const auto gap = first_unclaimed(0, *size_);
    if (gap) {
      start_fetch({gap->begin, std::min(gap->end, segment_end(gap->begin))}, source, actions);
    } else if (!shorten_longest()) {
      return;
    }
  }
}

void FlightMachine::plan_ranges(FlightActions& actions) {
  if (!size_ && fetches_.empty() && !kept_.empty()) {
    // The source does not tell the size; where the blob ends is seen by fetching all of it.
    whole_ = true;
    return plan_front(actions);
  }
  if (!size_ && fetches_.empty()) {
    const bool size_only = std::any_of(readers_.begin(), readers_.end(), [](const auto& entry) {
      return entry.second.wanted.end == 0;
    });
    if (size_only || asks_for_size_) plan_range({0, limits_.chunk_bytes}, actions);
  }
  for (const auto& [id, reader] : readers_) {
    if (!is_planning()) return;
    if (!size_ && asks_for_size_) return;
    plan_range(reader.wanted, actions);
    if (reader.waits) plan_range(*reader.waits, actions);
  }
}

// Fetches for what is absent of the chunks around `wanted`.
void FlightMachine::plan_range(ByteRange wanted, FlightActions& actions) {
  if (wanted.begin >= wanted.end) return;
  const std::uint64_t chunk = limits_.chunk_bytes;
  const std::uint64_t last = align_down(wanted.end - 1, chunk);
  const std::uint64_t until = std::min(last + std::min(chunk, kToTheEnd - last), end_of_blob());
  std::uint64_t from = align_down(wanted.begin, chunk);
  while (is_planning() && fetches_.size() < limits_.fetches_max) {
    const auto gap = first_unclaimed(from, until);
    if (!gap) return;
    start_fetch(*gap, best_source(), actions);
    from = gap->end;
  }
}

// Nobody reads, nothing comes, and nobody has asked for the rest. A blob of which every byte is on
// disk, some still to be checked, is about to be whole.
void FlightMachine::plan_end(FlightActions& actions) {
  if (!is_planning() || !readers_.empty() || !fetches_.empty()) return;
  if (checking_ && size_ && !kept_.first_gap(0, *size_)) return;
  phase_ = Phase::parked;
  actions.push_back(ParkBlob{});
}

void FlightMachine::start_fetch(ByteRange range, std::optional<std::size_t> source,
                                FlightActions& actions) {
  if (!source) {
    if (!doubt_the_disk(actions)) fail(most_telling_error(), actions);
    return;
  }
  const FetchId id = next_fetch_++;
  const bool to_the_end = whole_ && size_ && range.end == *size_;
  const std::uint64_t asked_end = to_the_end ? kToTheEnd : range.end;
  fetches_.emplace(id, Fetch{*source, range, asked_end, range.begin});
  actions.push_back(StartFetch{id, *source, {range.begin, asked_end}});
}

// A fetch that has brought what it claimed goes on while what follows is nobody's and its source
// sends it anyway.
bool FlightMachine::extend(Fetch& fetch) const {
  const std::uint64_t limit = std::min(fetch.asked_end, end_of_blob());
  if (fetch.range.end >= limit) return false;
  const auto gap = first_unclaimed(fetch.range.end, limit);
  if (!gap || gap->begin != fetch.range.end) return false;
  fetch.range.end = takes_segments() ? std::min(gap->end, segment_end(gap->begin)) : gap->end;
  return true;
}

// Makes room for one more fetch. False: there is too little left to share.
bool FlightMachine::shorten_longest() {
  Fetch* longest = nullptr;
  const auto left = [](const Fetch& fetch) { return fetch.range.end - reached_by(fetch); };
  for (auto& [id, fetch] : fetches_) {
    if (longest == nullptr || left(fetch) > left(*longest)) longest = &fetch;
  }
  if (longest == nullptr || left(*longest) <= limits_.segment_bytes + limits_.chunk_bytes) {
    return false;
  }
  longest->range.end = segment_end(reached_by(*longest));
  return true;
}

std::optional<ByteRange> FlightMachine::first_unclaimed(std::uint64_t from,
                                                        std::uint64_t until) const {
  while (const auto gap = kept_.first_gap(from, until)) {
    if (const Fetch* const claim = claimant(gap->begin)) {
      from = claim->range.end;
      continue;
    }
    ByteRange range = *gap;
    for (const auto& [id, fetch] : fetches_) {
      if (fetch.range.begin >= range.begin) range.end = std::min(range.end, fetch.range.begin);
    }
    return range;
  }
  return std::nullopt;
}

// Several fetches share the blob, or are about to.
bool FlightMachine::takes_segments() const {
  return fetch_count_.target() > 1 && !refused_ && extra_source().has_value();
}

std::uint64_t FlightMachine::segment_end(std::uint64_t from) const {
  return align_down(from, limits_.chunk_bytes) + limits_.segment_bytes;
}

// Where a fetch stands within what it is to bring: a source that ignores ranges begins before that.
std::uint64_t FlightMachine::reached_by(const Fetch& fetch) {
  return std::min(fetch.range.end, std::max(fetch.position, fetch.range.begin));
}

std::optional<std::size_t> FlightMachine::best_source() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].gone) continue;
    if (!best || sources_[i].failures < sources_[*best].failures) best = i;
  }
  return best;
}

// The source whose turn it is to show that more fetches pay.
std::optional<std::size_t> FlightMachine::extra_source() const {
  for (std::size_t step = 0; step < sources_.size(); ++step) {
    const std::size_t i = (extra_source_ + step) % sources_.size();
    const SourceState& source = sources_[i];
    if (!source.gone && source.failures == 0 && !source.ignores_ranges) return i;
  }
  return std::nullopt;
}

const FlightMachine::Fetch* FlightMachine::claimant(std::uint64_t offset) const {
  for (const auto& [id, fetch] : fetches_) {
    if (fetch.range.begin <= offset && offset < fetch.range.end) return &fetch;
  }
  return nullptr;
}

}  // namespace larder::cache
