#include "tests/sim/sim_source.h"

#include <algorithm>
#include <utility>

namespace larder::sim {

namespace {

using cache::ByteRange;
using Lie = Manner::Lie;

// As the deadlines a real source works with.
constexpr auto kStallDeadline = std::chrono::seconds(10);
constexpr auto kStopNoticedWithin = std::chrono::seconds(1);

}  // namespace

SimSource::SimSource(Fibers& fibers, const Blob& blob, const Manner& manner, std::string name,
                     std::function<void(std::uint64_t)> sent)
    : fibers_(fibers),
      blob_(blob),
      manner_(manner),
      name_(std::move(name)),
      sent_(std::move(sent)) {}

Status SimSource::fetch(const cache::Digest&, ByteRange range, cache::SourceSink& sink,
                        std::stop_token stop) {
  ++fetches_;
  fibers_.trace().note("fetch", name_, range.begin, range.end);
  be_late();
  if (manner_.refusal) return Error{*manner_.refusal, name_ + " refuses"};
  const Plan planned = plan(range);
  if (planned.fate != Fate::good && fibers_.random().chance(200)) {
    return meet_fate(planned.fate == Fate::ends_early ? Fate::breaks : planned.fate, stop);
  }
  if (!sink.begin(planned.range.begin, told_size())) return Error{Errc::cancelled, "sink"};
  const Status sent = send(planned, sink, stop);
  fibers_.trace().note("fetch ends", name_,
                       sent.ok() ? 0 : static_cast<unsigned>(sent.error().code));
  return sent;
}

SimSource::Plan SimSource::plan(ByteRange asked) {
  testing::Random& random = fibers_.random();
  const std::uint64_t size = blob_.bytes.size();
  ByteRange range{std::min(asked.begin, size), std::min(asked.end, size)};
  if (manner_.ignores_ranges) range = {0, size};
  if (manner_.overruns) range.end = std::min(size, range.end + random.below(64));
  if (manner_.lie == Lie::skips_bytes) range.begin = std::min(size, range.begin + 1);
  range.end = std::max(range.begin, range.end);
  Fate fate = Fate::good;
  if (random.chance(manner_.failures_per_mille)) {
    fate = static_cast<Fate>(random.between(1, 3));
  }
  return {range, fate, random.between(range.begin, range.end)};
}

Status SimSource::send(const Plan& plan, cache::SourceSink& sink, const std::stop_token& stop) {
  for (std::uint64_t at = plan.range.begin;;) {
    if (plan.fate != Fate::good && at == plan.fate_at) return meet_fate(plan.fate, stop);
    if (at == plan.range.end) return {};
    be_late();
    if (stop.stop_requested()) return Error{Errc::cancelled, "stop"};
    std::uint64_t end =
        std::min(plan.range.end, at + fibers_.random().between(1, manner_.piece_bytes_max));
    if (plan.fate != Fate::good && at < plan.fate_at) end = std::min(end, plan.fate_at);
    const std::string bytes = piece({at, end});
    sent_(end - at);
    const bool wants_more = sink.write(std::as_bytes(std::span(bytes)));
    at = end;
    if (!wants_more) return Error{Errc::cancelled, "sink"};
  }
}

Status SimSource::meet_fate(Fate fate, const std::stop_token& stop) {
  if (fate == Fate::ends_early) return {};
  if (fate == Fate::breaks) return Error{Errc::upstream_down, "reset"};
  const MonoTime until = fibers_.now() + kStallDeadline;
  while (fibers_.now() < until && !stop.stop_requested()) fibers_.sleep(kStopNoticedWithin);
  return Error{stop.stop_requested() ? Errc::cancelled : Errc::timeout, "stalled"};
}

std::optional<std::uint64_t> SimSource::told_size() const {
  const std::uint64_t size = blob_.bytes.size();
  if (!manner_.tells_size) return std::nullopt;
  if (manner_.lie == Lie::tells_larger_size) return size + 1 + size / 7;
  if (manner_.lie == Lie::tells_smaller_size) return size - std::min<std::uint64_t>(size, 3);
  return size;
}

std::string SimSource::piece(ByteRange range) const {
  std::string bytes = blob_.bytes.substr(range.begin, range.size_bytes());
  const bool flips =
      manner_.lie == Lie::flips_a_byte || (manner_.lie == Lie::flips_a_byte_once && fetches_ == 1);
  const std::uint64_t flipped = blob_.bytes.size() / 2;
  if (flips && range.begin <= flipped && flipped < range.end) bytes[flipped - range.begin] ^= 1;
  return bytes;
}

void SimSource::be_late() {
  if (manner_.latency_us_max > 0 && fibers_.random().chance(150)) {
    fibers_.sleep(std::chrono::microseconds(fibers_.random().between(1, manner_.latency_us_max)));
  }
  fibers_.pause();
}

}  // namespace larder::sim
