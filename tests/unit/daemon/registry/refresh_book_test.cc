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
    const cache::TagName name{"reg.test", "app", tag};
    book_.note(name.str(), {name, nullptr}, clock_.now() + from_now);
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

TEST_F(RefreshBookTest, TakesABoundedNumberOfNames) {
  for (std::size_t i = 0; i <= RefreshBook::kNamesMax; ++i) note(std::to_string(i), seconds(0));

  EXPECT_EQ(take(RefreshBook::kNamesMax * 2).size(), RefreshBook::kNamesMax);
}

}  // namespace
}  // namespace larder::registry
