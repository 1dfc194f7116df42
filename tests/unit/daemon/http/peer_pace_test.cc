#include "daemon/http/peer_pace.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(PeerPace, EndsAPeerThatTakesNothing) {
  PeerPace pace({.stall = seconds(30)});

  EXPECT_TRUE(pace.note(seconds(29), 0).ok());
  EXPECT_EQ(pace.next_look(), seconds(1));

  EXPECT_EQ(pace.note(seconds(1), 0).error().context, "the peer took no byte for 30000 ms");
}

TEST(PeerPace, BearsWithAPeerThatTakesSomething) {
  PeerPace pace({.stall = seconds(30)});

  for (int i = 1; i < 100; ++i) EXPECT_TRUE(pace.note(seconds(29), i).ok());

  EXPECT_EQ(pace.next_look(), seconds(5));
}

TEST(PeerPace, LooksOftenEnoughToEndAPeerSoonAfterItsLastByte) {
  PeerPace pace({.stall = seconds(30)});
  EXPECT_TRUE(pace.note(pace.next_look(), 1).ok());

  for (int i = 0; i < 5; ++i) EXPECT_TRUE(pace.note(pace.next_look(), 1).ok());

  EXPECT_FALSE(pace.note(pace.next_look(), 1).ok());
}

TEST(PeerPace, EndsAPeerThatKeepsAThreadForTooLittle) {
  PeerPace pace({seconds(30), /*bytes_per_second_min=*/1024, seconds(60)});

  EXPECT_TRUE(pace.note(seconds(29), 1).ok());
  EXPECT_TRUE(pace.note(seconds(29), 2).ok());
  EXPECT_EQ(pace.next_look(), seconds(2));

  EXPECT_EQ(pace.note(seconds(2), 3).error().context, "the peer took only 3 bytes in 60000 ms");
}

TEST(PeerPace, BearsWithASlowLink) {
  PeerPace pace({seconds(30), /*bytes_per_second_min=*/1024, seconds(60)});

  for (int i = 1; i < 600; ++i) EXPECT_TRUE(pace.note(seconds(1), i * 1024).ok());
}

TEST(PeerPace, MeasuresEachWindowByItself) {
  PeerPace pace({seconds(30), /*bytes_per_second_min=*/1024, seconds(60)});
  EXPECT_TRUE(pace.note(seconds(60), 1 << 30).ok());

  EXPECT_TRUE(pace.note(seconds(29), (1 << 30) + 1).ok());
  EXPECT_TRUE(pace.note(seconds(29), (1 << 30) + 2).ok());

  EXPECT_FALSE(pace.note(seconds(29), (1 << 30) + 3).ok());
}

TEST(PeerPace, LooksAgainAfterAMillisecondAtLeast) {
  PeerPace pace({.stall = milliseconds(1)});
  EXPECT_TRUE(pace.note(std::chrono::microseconds(999), 0).ok());

  EXPECT_EQ(pace.next_look(), milliseconds(1));
}

}  // namespace
}  // namespace larder::http
