#include "cache/scrubber.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "cache/check_pass.h"

namespace larder::cache {

namespace {

constexpr char kNote[] = "scrub";
constexpr auto kWritePositionEach = std::chrono::minutes(1);
constexpr auto kRetryAfter = std::chrono::minutes(10);
constexpr auto kNapMax = std::chrono::hours(1);  // the wall clock may be set meanwhile
// What opening a file costs a disk, in bytes it could have read: small files must not come by the
// ten thousand per second.
constexpr std::uint64_t kOpenCostBytes = 16 << 10;

}  // namespace

class Scrubber::Pass final : public CheckObserver {
 public:
  Pass(Scrubber& scrubber, std::uint64_t bytes_per_second, const std::stop_token& stop)
      : scrubber_(scrubber),
        stop_(stop),
        pacer_(scrubber.parts_.clock, scrubber.parts_.sleeper, bytes_per_second) {}

  bool before_file() override { return go_on(kOpenCostBytes); }

  bool before_piece(std::uint64_t bytes) override {
    if (!go_on(bytes)) return false;
    scrubber_.position_.bytes_checked += bytes;
    scrubber_.update_report([bytes](CheckReport& report) { report.bytes_checked += bytes; });
    return true;
  }

  void checked(const Digest& digest) override {
    ScrubPosition& position = scrubber_.position_;
    position.after = digest;
    ++position.blobs_checked;
    scrubber_.update_report([](CheckReport& report) { ++report.blobs_checked; });
    const MonoTime now = scrubber_.parts_.clock.now();
    if (now - scrubber_.position_written_at_ >= kWritePositionEach) scrubber_.write_position();
  }

  void found(Finding finding) override {
    scrubber_.update_report([&](CheckReport& report) { report.add(std::move(finding)); });
  }

  void bad_file(const Digest& digest) override {
    scrubber_.parts_.observer.corrupt(digest, "disk");
  }

 private:
  bool go_on(std::uint64_t bytes) {
    pacer_.pace(bytes, stop_);
    return !stop_.stop_requested() && !scrubber_.has_order();
  }

  Scrubber& scrubber_;
  const std::stop_token stop_;
  Pacer pacer_;
};

Scrubber::Scrubber(ScrubberParts parts)
    : parts_(std::move(parts)),
      mender_({parts_.blob_files, parts_.index, parts_.claims, parts_.clock,
               parts_.is_being_written, [this](std::uint64_t bytes) { parts_.space.count(bytes); },
               [this](std::uint64_t bytes) { parts_.space.release(bytes); }}) {
  report_.finished_at = report_.started_at;
}

void Scrubber::run(const std::stop_token& stop) {
  position_ = read_position();
  while (!stop.stop_requested()) {
    if (const auto ordered_rate = take_order()) {
      position_ = {.started_at = parts_.clock.wall()};
      run_pass(*ordered_rate, stop);
      continue;
    }
    const MonoTime now = parts_.clock.now();
    const MonoTime due = background_due(now).value_or(MonoTime::max());
    if (due > now) {
      parts_.sleeper.sleep_until(std::min(due, now + kNapMax), stop);
    } else {
      begin_background_pass();
      run_pass(parts_.options.bytes_per_second, stop);
    }
  }
}

bool Scrubber::start_pass(std::optional<std::uint64_t> bytes_per_second) {
  const std::uint64_t rate = bytes_per_second.value_or(parts_.options.ordered_bytes_per_second);
  CHECK(rate > 0);
  CheckReport report = new_report(parts_.clock.wall());
  {
    MutexLock lock(mutex_);
    if (order_ || runs_ordered_) return false;
    order_ = rate;
    report_ = std::move(report);
  }
  parts_.sleeper.wake();
  return true;
}

CheckReport Scrubber::progress() const {
  MutexLock lock(mutex_);
  return report_;
}

std::optional<CheckReport> Scrubber::last_report() const {
  MutexLock lock(mutex_);
  return last_report_;
}

bool Scrubber::has_order() const {
  MutexLock lock(mutex_);
  return order_.has_value();
}

std::optional<std::uint64_t> Scrubber::take_order() {
  MutexLock lock(mutex_);
  runs_ordered_ = order_.has_value();
  return std::exchange(order_, std::nullopt);
}

// A note that is lost or makes no sense costs a pass from the beginning, nothing else.
ScrubPosition Scrubber::read_position() const {
  const auto note = parts_.index.find_note(kNote);
  if (!note || !*note) return {};
  const Result<ScrubPosition> position = ScrubPosition::parse(**note);
  return position ? *position : ScrubPosition{};
}

void Scrubber::write_position() {
  position_written_at_ = parts_.clock.now();
  (void)parts_.index.put_note(kNote, position_.str());
}

// Empty when background passes are off.
std::optional<MonoTime> Scrubber::background_due(MonoTime now) const {
  if (parts_.options.bytes_per_second == 0) return std::nullopt;
  const Duration interval = parts_.options.interval;
  Duration left{0};
  if (position_.is_finished) {
    left =
        std::clamp<Duration>(position_.started_at + interval - parts_.clock.wall(), left, interval);
  }
  return std::max(now + left, retry_at_);
}

// A new pass, or the rest of one that a restart or a failure has cut short.
void Scrubber::begin_background_pass() {
  const bool never_began = position_.started_at == WallTime{};
  if (position_.is_finished || never_began) position_ = {.started_at = parts_.clock.wall()};
  CheckReport report = new_report(position_.started_at);
  report.blobs_checked = position_.blobs_checked;
  report.bytes_checked = position_.bytes_checked;
  update_report([&](CheckReport& current) { current = std::move(report); });
}

void Scrubber::run_pass(std::uint64_t bytes_per_second, const std::stop_token& stop) {
  write_position();
  Pass pass(*this, bytes_per_second, stop);
  CheckPass checks({.blob_files = parts_.blob_files,
                    .folders = parts_.folders,
                    .index = &parts_.index,
                    .mender = &mender_,
                    .is_being_written = parts_.is_being_written,
                    .observer = pass});
  finish_pass(checks.run(position_.after));
}

void Scrubber::finish_pass(const Status& done) {
  const bool was_cut = !done && done.error().code == Errc::cancelled;
  if (done) {
    position_.is_finished = true;
    position_.after.reset();
  } else {
    retry_at_ = was_cut ? MonoTime{} : parts_.clock.now() + kRetryAfter;
  }
  write_position();

  MutexLock lock(mutex_);
  runs_ordered_ = false;
  if (order_ || was_cut) return;  // the report is the ordered one's already
  report_.error = done ? "" : describe(done.error());
  report_.finished_at = parts_.clock.wall();
  last_report_ = report_;
}

CheckReport Scrubber::new_report(WallTime started_at) const {
  CheckReport report;
  report.started_at = started_at;
  const auto totals = parts_.index.totals();
  report.blobs_total = totals ? totals->blobs : 0;
  return report;
}

// An ordered pass that is about to begin has taken over the report.
void Scrubber::update_report(const std::function<void(CheckReport&)>& change) {
  MutexLock lock(mutex_);
  if (!order_) change(report_);
}

}  // namespace larder::cache
