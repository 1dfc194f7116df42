#include "daemon/http/guests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GuestsTest : public ::testing::Test {
 protected:
  Guest& admit(Stage stage, MonoTime now) {
    return guests_.admit(pairs_.emplace_back().release(), stage, now);
  }

  const MonoTime start_{std::chrono::hours(1)};
  std::list<SocketPair> pairs_;
  Guests guests_{
      {.idle = milliseconds(30), .head = milliseconds(10), .lingering = milliseconds(2)}};
};

TEST_F(GuestsTest, NobodyHasNoDeadline) {
  EXPECT_EQ(guests_.next_deadline(), std::nullopt);
}

TEST_F(GuestsTest, TheNextDeadlineIsTheEarliestOfAllStages) {
  admit(Stage::idle, start_);
  EXPECT_EQ(guests_.next_deadline(), start_ + milliseconds(30));

  admit(Stage::head, start_);
  EXPECT_EQ(guests_.next_deadline(), start_ + milliseconds(10));

  admit(Stage::lingering, start_ + milliseconds(20));
  EXPECT_EQ(guests_.next_deadline(), start_ + milliseconds(10));
}

TEST_F(GuestsTest, LeaveWhenTheirTimeHasCome) {
  admit(Stage::idle, start_);
  admit(Stage::idle, start_ + milliseconds(1));

  guests_.release_expired(start_ + milliseconds(29));
  EXPECT_FALSE(pairs_.front().ended());

  guests_.release_expired(start_ + milliseconds(30));
  EXPECT_TRUE(pairs_.front().ended());
  EXPECT_FALSE(pairs_.back().ended());
}

TEST_F(GuestsTest, GetTheTimeOfTheirNewStage) {
  auto& guest = admit(Stage::idle, start_);

  guests_.move(guest, Stage::head, start_ + milliseconds(25));
  guests_.release_expired(start_ + milliseconds(34));
  EXPECT_FALSE(pairs_.front().ended());

  guests_.release_expired(start_ + milliseconds(35));
  EXPECT_TRUE(pairs_.front().ended());
}

TEST_F(GuestsTest, WhoAreAwayWhenTheirTimeHasComeAreCutAndStay) {
  auto& guest = admit(Stage::handshake, start_);
  guest.is_away = true;

  guests_.release_expired(start_ + milliseconds(10));
  EXPECT_EQ(guest.stage, Stage::lingering);
  EXPECT_TRUE(pairs_.front().ended());
  EXPECT_EQ(pairs_.front().open(), 1U);

  guests_.release_expired(start_ + milliseconds(12));
  guest.is_away = false;
  guests_.release_expired(start_ + milliseconds(14));
  EXPECT_EQ(pairs_.front().open(), 0U);
}

TEST_F(GuestsTest, AreGivenAway) {
  auto& guest = admit(Stage::head, start_);

  const auto connection = guests_.release(guest);

  guests_.release_expired(start_ + std::chrono::hours(1));
  EXPECT_FALSE(pairs_.front().ended());
  EXPECT_EQ(guests_.next_deadline(), std::nullopt);
}

TEST_F(GuestsTest, WaitForARequestUnlessTheyLinger) {
  auto& idle = admit(Stage::idle, start_);
  auto& head = admit(Stage::head, start_);
  admit(Stage::lingering, start_);

  EXPECT_THAT(guests_.waiting(), ElementsAre(&idle, &head));
}

TEST_F(GuestsTest, AreFoundWhenTheirTimeIsOver) {
  auto& slow = admit(Stage::body, start_);
  admit(Stage::idle, start_);

  EXPECT_EQ(guests_.expired(Stage::body, start_ + milliseconds(9)), nullptr);
  EXPECT_EQ(guests_.expired(Stage::body, start_ + milliseconds(10)), &slow);
  EXPECT_EQ(guests_.expired(Stage::head, start_ + milliseconds(99)), nullptr);
}

TEST_F(GuestsTest, CountForWhatHasComeOfTheirBodiesUntilTheyMoveOn) {
  auto& first = admit(Stage::body, start_);
  auto& second = admit(Stage::body, start_);
  admit(Stage::body, start_);
  guests_.count_body(first, 3);
  guests_.count_body(first, 5);
  guests_.count_body(second, 100);
  EXPECT_EQ(guests_.body_bytes(), 105U);

  guests_.move(second, Stage::lingering, start_);
  EXPECT_EQ(guests_.body_bytes(), 5U);

  guests_.release_expired(start_ + milliseconds(10));
  EXPECT_EQ(guests_.body_bytes(), 0U);
}

}  // namespace
}  // namespace larder::http
