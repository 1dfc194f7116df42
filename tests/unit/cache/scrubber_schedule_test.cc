// When the scrubber reads, how fast, and from where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/scrub_position.h"
#include "cache/scrubber.h"
#include "tests/support/bytes.h"
#include "tests/support/scrubbed_cache.h"

namespace larder::cache {
namespace {

using larder::testing::FileCall;
using larder::testing::kMiB;
using larder::testing::ScrubbedCache;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr std::uint64_t kOpenCostBytes = 16 << 10;

class ScrubberSchedule : public ScrubbedCache {
 protected:
  // Blobs of 1 MiB: 64 + 1 units of the cost of opening one.
  void put_blobs(int count) {
    for (int i = 0; i < count; ++i) put_blob(std::string(kMiB, static_cast<char>('a' + i)));
  }
  static constexpr std::uint64_t kCostOfOne = kMiB + kOpenCostBytes;

  Duration time_of_run() {
    const MonoTime begin = clock_.now();
    run_until_idle();
    return clock_.now() - begin;
  }
  std::string note() { return index_.find_note("scrub").value().value_or(""); }
};

TEST_F(ScrubberSchedule, ReadsAtItsRate) {
  put_blobs(8);
  make_scrubber({.bytes_per_second = kCostOfOne});

  EXPECT_EQ(std::chrono::round<std::chrono::milliseconds>(time_of_run()), seconds(8));
}

TEST_F(ScrubberSchedule, ReadsEvenly) {
  put_blobs(4);
  make_scrubber({.bytes_per_second = kMiB});
  std::vector<Duration> sleeps;

  run_until([&](Duration left) {
    if (left <= minutes(5)) sleeps.push_back(left);
    return left > minutes(5);
  });

  EXPECT_EQ(sleeps.size(), 4U * (1 + 4));
  EXPECT_THAT(sleeps, Each(Le(std::chrono::milliseconds(250))));
}

TEST_F(ScrubberSchedule, BeginsAPassAtMostOncePerInterval) {
  put_blobs(1);
  make_scrubber({.bytes_per_second = kMiB, .interval = hours(24)});
  const MonoTime begin = clock_.now();

  run_until([&](Duration) { return clock_.now() - begin > hours(24 * 10 - 1); });

  EXPECT_EQ(files_.calls(FileCall::open_read), 10U);
}

TEST_F(ScrubberSchedule, BeginsTheNextPassAtOnceWhenOneTakesLongerThanTheInterval) {
  put_blobs(2);
  make_scrubber({.bytes_per_second = kCostOfOne, .interval = seconds(1)});
  const MonoTime begin = clock_.now();

  run_until([&](Duration) { return clock_.now() - begin > seconds(20); });

  EXPECT_GE(files_.calls(FileCall::open_read), 20U);
}

TEST_F(ScrubberSchedule, KeepsTheIntervalOverARestart) {
  put_blobs(1);
  make_scrubber({});
  run_until_idle();

  make_scrubber({});
  run_until_idle();

  EXPECT_EQ(files_.calls(FileCall::open_read), 1U);
  EXPECT_THAT(note(), HasSubstr("finished"));
}

TEST_F(ScrubberSchedule, GoesOnAfterARestartWhereItWas) {
  put_blobs(10);
  make_scrubber({});
  run_until([&](Duration) { return scrubber_->progress().blobs_checked == 6; });
  ASSERT_EQ(files_.calls(FileCall::open_read), 6U);

  make_scrubber({});
  const CheckReport report = scrub();

  EXPECT_EQ(files_.calls(FileCall::open_read), 10U);
  EXPECT_EQ(report.blobs_checked, 10U);
  EXPECT_EQ(report.bytes_checked, 10 * kMiB);
}

TEST_F(ScrubberSchedule, WritesItsPositionEachMinute) {
  put_blobs(26);
  make_scrubber({.bytes_per_second = kCostOfOne / 11});  // 11 s for each blob: 286 s
  std::vector<std::string> notes;

  run_until([&](Duration left) {
    if (notes.empty() || notes.back() != note()) notes.push_back(note());
    return left > minutes(5);
  });

  EXPECT_EQ(notes.size(), 1U + 4 + 1);  // the beginning, each minute, the end
}

TEST_F(ScrubberSchedule, BeginsAnewWhenTheNoteMakesNoSense) {
  put_blobs(2);
  ASSERT_TRUE(index_.put_note("scrub", "1 2 3 4 nonsense").ok());
  make_scrubber({});

  EXPECT_EQ(scrub().blobs_checked, 2U);
}

TEST_F(ScrubberSchedule, TellsHowFarItIs) {
  put_blobs(4);
  make_scrubber({});
  CheckReport before_last;

  run_until([&](Duration left) {
    if (left < minutes(5)) before_last = scrubber_->progress();
    return left > minutes(5);
  });

  EXPECT_EQ(before_last.blobs_total, 4U);
  EXPECT_EQ(before_last.blobs_checked, 3U);
  EXPECT_EQ(before_last.finished_at, std::nullopt);
  EXPECT_EQ(scrubber_->progress().blobs_checked, 4U);
}

TEST_F(ScrubberSchedule, HasNothingToTellBeforeTheFirstPass) {
  EXPECT_EQ(scrubber_->last_report(), std::nullopt);
  EXPECT_EQ(scrubber_->progress().finished_at, WallTime{});
}

TEST_F(ScrubberSchedule, ReadsNothingUnlessOrderedWhenItIsOff) {
  put_blobs(2);
  make_scrubber({.bytes_per_second = 0});
  run_until_idle();
  EXPECT_EQ(files_.calls(FileCall::open_read), 0U);

  ASSERT_TRUE(scrubber_->start_pass());
  EXPECT_EQ(scrubber_->progress().finished_at, std::nullopt);

  EXPECT_EQ(scrub().blobs_checked, 2U);
}

TEST_F(ScrubberSchedule, ReadsAnOrderedPassAtTheRateOrdered) {
  put_blobs(4);
  make_scrubber({.bytes_per_second = 0});

  ASSERT_TRUE(scrubber_->start_pass(kCostOfOne / 2));

  EXPECT_GE(time_of_run(), seconds(8) - std::chrono::milliseconds(20));
}

TEST_F(ScrubberSchedule, PutsAnOrderedPassInPlaceOfTheOneThatRuns) {
  put_blobs(10);
  make_scrubber({.bytes_per_second = kMiB});
  bool is_ordered = false;

  run_until([&](Duration left) {
    const bool is_time = !is_ordered && scrubber_->progress().blobs_checked == 6;
    if (is_time) is_ordered = scrubber_->start_pass(100 * kMiB);
    return left > minutes(5);
  });

  EXPECT_TRUE(is_ordered);
  EXPECT_EQ(scrubber_->last_report()->blobs_checked, 10U);
  EXPECT_THAT(note(), HasSubstr("10 10485760 finished"));
}

TEST_F(ScrubberSchedule, RunsOneOrderedPassAtATime) {
  put_blobs(4);
  make_scrubber({});
  ASSERT_TRUE(scrubber_->start_pass());
  EXPECT_FALSE(scrubber_->start_pass());
  bool is_second_begun = false;

  run_until([&](Duration left) {
    if (left < minutes(5)) is_second_begun |= scrubber_->start_pass();
    return left > minutes(5);
  });

  EXPECT_FALSE(is_second_begun);
  EXPECT_TRUE(scrubber_->start_pass());
}

TEST_F(ScrubberSchedule, TriesAgainLaterWhenTheIndexFails) {
  put_blobs(3);
  make_scrubber({});
  index_.fail_reads(Errc::io);
  run_until_idle();
  EXPECT_THAT(scrubber_->last_report()->error, HasSubstr("io: index"));

  index_.mend();
  clock_.advance(minutes(10));

  EXPECT_EQ(scrub().error, "");
  EXPECT_EQ(scrubber_->last_report()->blobs_checked, 3U);
}

TEST_F(ScrubberSchedule, RunsOnAThreadUntilItIsStopped) {
  put_blobs(8);
  const SystemClock clock;
  ThreadSleeper sleeper;
  std::latch begun(1);
  std::once_flag first;
  Scrubber scrubber({blob_files_,
                     BlobFolders(files_, root_),
                     index_,
                     claims_,
                     space_,
                     clock,
                     sleeper,
                     observer_,
                     [&](const Digest&) {
                       std::call_once(first, [&] { begun.count_down(); });
                       return false;
                     },
                     {.bytes_per_second = 64 << 10}});

  std::jthread thread([&](const std::stop_token& stop) { scrubber.run(stop); });
  begun.wait();
  EXPECT_EQ(scrubber.progress().finished_at, std::nullopt);
  EXPECT_TRUE(scrubber.start_pass(64 << 10));
  thread.request_stop();
  thread.join();

  EXPECT_EQ(scrubber.last_report(), std::nullopt);
}

}  // namespace
}  // namespace larder::cache
