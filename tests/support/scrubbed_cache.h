// A cache with a scrubber whose clock jumps instead of ticking.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>

#include "cache/scrubber.h"
#include "tests/support/checked_cache.h"
#include "tests/support/fake_sleeper.h"
#include "tests/support/recording_observer.h"

namespace larder::testing {

class ScrubbedCache : public CheckedCache {
 protected:
  static constexpr std::uint64_t kUsedBytes = 1 << 20;

  ScrubbedCache() { make_scrubber({}); }

  // A second one over the same cache, as after a restart.
  void make_scrubber(cache::ScrubberOptions options) {
    scrubber_ = std::make_unique<cache::Scrubber>(cache::ScrubberParts{
        blob_files_, cache::BlobFolders(files_, root_), index_, claims_, space_, clock_, sleeper_,
        observer_, [this](const cache::Digest& digest) { return being_written_.contains(digest); },
        options});
  }

  // Until the first sleep for which `is_enough` says so.
  void run_until(const std::function<bool(Duration)>& is_enough) {
    std::stop_source stop;
    sleeper_.on_sleep = [&](Duration left) {
      if (is_enough(left)) stop.request_stop();
    };
    scrubber_->run(stop.get_token());
  }

  // Until there is nothing to do for a while.
  void run_until_idle() {
    run_until([](Duration left) { return left > std::chrono::minutes(5); });
  }

  cache::CheckReport scrub() {
    run_until_idle();
    return scrubber_->last_report().value();
  }

  RecordingObserver observer_;
  FakeSleeper sleeper_{clock_};
  cache::Claims claims_;
  cache::SpaceKeeper space_{{}, kUsedBytes, [this] { return files_.space(root_); }};
  std::set<cache::Digest> being_written_;
  std::unique_ptr<cache::Scrubber> scrubber_;
};

}  // namespace larder::testing
