#include "cache/scrub_position.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::digest_of_text;

const WallTime kStartedAt = WallTime(std::chrono::seconds(1'700'000'000));

TEST(ScrubPosition, ReadsWhatItWrote) {
  const ScrubPosition good[] = {
      {.started_at = kStartedAt},
      {.started_at = kStartedAt, .blobs_checked = 7, .bytes_checked = 1ULL << 60},
      {.started_at = kStartedAt, .is_finished = true},
      {.started_at = kStartedAt, .after = digest_of_text("a")},
      {.started_at = kStartedAt, .after = digest_of_text("a", DigestAlgorithm::sha512)},
  };
  for (const ScrubPosition& position : good) {
    const Result<ScrubPosition> parsed = ScrubPosition::parse(position.str());
    ASSERT_TRUE(parsed.ok()) << position.str();
    EXPECT_EQ(*parsed, position);
  }
}

TEST(ScrubPosition, IsATextForPeopleToo) {
  const ScrubPosition position{
      .started_at = kStartedAt, .blobs_checked = 3, .bytes_checked = 4096, .is_finished = true};

  EXPECT_EQ(position.str(), "1 1700000000000000000 3 4096 finished");
}

TEST(ScrubPosition, RefusesAnythingElse) {
  const std::string bad[] = {
      "",
      "1",
      "2 1700000000000000000 0 0 start",
      "1 -5 0 0 start",
      "1 99999999999999999999 0 0 start",
      "1 9223372036854775808 0 0 start",
      "1 0 x 0 start",
      "1 0 0 1.5 start",
      "1 0 0  start",
      "1 0 0 0 ",
      "1 0 0 0 sha256:abc",
      "1 0 0 0 start ",
      "1 0 0 0 0 start",
  };
  for (const std::string& text : bad) {
    const Result<ScrubPosition> parsed = ScrubPosition::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid) << text;
  }
}

}  // namespace
}  // namespace larder::cache
