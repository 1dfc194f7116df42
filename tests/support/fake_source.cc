#include "tests/support/fake_source.h"

#include <algorithm>

namespace larder::testing {

Status FakeSource::fetch(const cache::Digest&, cache::ByteRange range, cache::SourceSink& sink,
                         std::stop_token stop) {
  ++fetches_;
  if (behaviour_.refuses) return *behaviour_.refuses;
  if (behaviour_.ignores_ranges) range = {0, cache::kToTheEnd};
  range.end = std::min<std::uint64_t>(range.end, bytes_.size());
  std::optional<std::uint64_t> told;
  if (behaviour_.tells_size) told = behaviour_.told_size.value_or(bytes_.size());
  if (!sink.begin(range.begin, told)) return Error{Errc::cancelled, "sink"};
  return send(range, sink, stop);
}

Status FakeSource::send(cache::ByteRange range, cache::SourceSink& sink, std::stop_token stop) {
  for (std::uint64_t at = range.begin; at < range.end;) {
    std::uint64_t end = std::min<std::uint64_t>(range.end, at + behaviour_.piece_bytes);
    if (behaviour_.holds_at && at == *behaviour_.holds_at) hold(stop);
    if (behaviour_.holds_at && at < *behaviour_.holds_at) end = std::min(end, *behaviour_.holds_at);
    if (behaviour_.fails_at && at == *behaviour_.fails_at && !failed_.exchange(true)) {
      return behaviour_.failure;
    }
    if (behaviour_.fails_at && at < *behaviour_.fails_at) end = std::min(end, *behaviour_.fails_at);
    if (stop.stop_requested()) return Error{Errc::cancelled, "stop"};
    bytes_sent_ += end - at;
    if (!sink.write(std::as_bytes(std::span(bytes_)).subspan(at, end - at))) {
      return Error{Errc::cancelled, "sink"};
    }
    at = end;
  }
  return {};
}

void FakeSource::hold(std::stop_token stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notify_all();
  });
  MutexLock lock(mutex_);
  held_ = true;
  changed_.notify_all();
  while (!released_ && !stop.stop_requested()) changed_.wait(mutex_);
}

void FakeSource::release() {
  MutexLock lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void FakeSource::wait_until_held() {
  MutexLock lock(mutex_);
  while (!held_) changed_.wait(mutex_);
}

}  // namespace larder::testing
