#include "daemon/registry/refresh_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace larder::registry {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefreshBookTest : public ::testing::Test {
 protected:
  void note(const std::string& tag, seconds from_now) {
    book_.note({"reg.test", "app", tag}, nullptr, clock_.now() + from_now);
  }
  // With names that are due at this time, but for one.
  void fill_up(seconds from_now) {
    for (std::size_t i = 1; i < RefreshBook::kNamesMax; ++i) note(std::to_string(i), from_now);
  }
  std::vector<std::string> take(std::size_t count = 100) {
    std::vector<std::string> tags;
    for (const auto& due : book_.take_due(clock_.now(), count)) tags.push_back(due.name.tag);
    return tags;
  }

  testing::FakeClock clock_;
  RefreshBook book_;
};

TEST_F(RefreshBookTest, GivesWhatIsDueOnceTheLongestDueFirst) {
  note("later", seconds(20));
  note("soon", seconds(10));
  note("far", seconds(30));
  clock_.advance(seconds(20));

  EXPECT_THAT(take(), ElementsAre("soon", "later"));
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(RefreshBookTest, KeepsTheFirstTimeOfAName) {
  note("a", seconds(10));
  note("a", seconds(1));

  clock_.advance(seconds(5));
  EXPECT_THAT(take(), IsEmpty());
  clock_.advance(seconds(5));
  EXPECT_THAT(take(), ElementsAre("a"));
}

TEST_F(RefreshBookTest, GivesNoMoreThanAsked) {
  note("a", seconds(1));
  note("b", seconds(2));
  clock_.advance(seconds(3));

  EXPECT_THAT(take(1), ElementsAre("a"));
  EXPECT_THAT(take(1), ElementsAre("b"));
}

TEST_F(RefreshBookTest, WhenFullGivesThePlaceOfTheNameThatIsDueLast) {
  fill_up(seconds(10));
  note("last", seconds(20));

  note("sooner", seconds(19));
  clock_.advance(seconds(20));

  const auto tags = take(RefreshBook::kNamesMax * 2);
  EXPECT_EQ(tags.size(), RefreshBook::kNamesMax);
  EXPECT_EQ(tags.back(), "sooner");
}

TEST_F(RefreshBookTest, WhenFullHasNoPlaceForANameThatWouldBeDueLast) {
  fill_up(seconds(10));
  note("last", seconds(20));

  note("later", seconds(21));
  note("as late", seconds(20));
  clock_.advance(seconds(21));

  const auto tags = take(RefreshBook::kNamesMax * 2);
  EXPECT_EQ(tags.size(), RefreshBook::kNamesMax);
  EXPECT_EQ(tags.back(), "last");
}

TEST_F(RefreshBookTest, WhenFullKeepsTheNamesItHas) {
  fill_up(seconds(10));
  note("last", seconds(20));

  note("1", seconds(0));
  clock_.advance(seconds(20));

  const auto tags = take(RefreshBook::kNamesMax * 2);
  EXPECT_EQ(tags.size(), RefreshBook::kNamesMax);
  EXPECT_EQ(tags.back(), "last");
}

TEST_F(RefreshBookTest, TakesANameAgainThatHadToGiveWay) {
  fill_up(seconds(10));
  note("last", seconds(20));
  note("sooner", seconds(15));
  clock_.advance(seconds(15));
  take(RefreshBook::kNamesMax * 2);

  note("last", seconds(5));
  clock_.advance(seconds(5));

  EXPECT_THAT(take(), ElementsAre("last"));
}

}  // namespace
}  // namespace larder::registry
