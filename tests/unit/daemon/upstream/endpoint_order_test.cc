#include "daemon/upstream/endpoint_order.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using Indexes = std::vector<std::size_t>;

class EndpointOrderTest : public ::testing::Test {
 protected:
  // Three endpoints that were measured just now.
  void measure(Duration a, Duration b, Duration c) {
    candidates_ = {{false, {{a, now_}}}, {false, {{b, now_}}}, {false, {{c, now_}}}};
  }
  Indexes order() { return order_.of(candidates_, now_).indexes; }
  // Asks as ordered, and is under way.
  std::size_t ask() {
    const auto first = order().front();
    candidates_[first].asked_at = now_;
    return first;
  }

  MonoTime now_{1000h};
  std::vector<EndpointOrder::Candidate> candidates_{{}, {}, {}};
  EndpointOrder order_{Selection::latency};
};

TEST_F(EndpointOrderTest, IsAsWrittenUnlessTold) {
  EndpointOrder as_written(Selection::ordered);
  measure(30ms, 20ms, 10ms);

  EXPECT_EQ(as_written.of(candidates_, now_).indexes, (Indexes{0, 1, 2}));
}

TEST_F(EndpointOrderTest, HasThoseThatRefuseLast) {
  EndpointOrder as_written(Selection::ordered);
  candidates_[0].is_refused = true;

  const auto order = as_written.of(candidates_, now_);

  EXPECT_EQ(order.indexes, (Indexes{1, 2, 0}));
  EXPECT_EQ(order.askable, 2U);
}

TEST_F(EndpointOrderTest, HasTheQuickestFirst) {
  measure(200ms, 100ms, 20ms);

  EXPECT_EQ(order(), (Indexes{2, 1, 0}));
}

TEST_F(EndpointOrderTest, HasAQuickOneLastWhileItRefuses) {
  measure(200ms, 100ms, 20ms);
  order();
  candidates_[2].is_refused = true;

  EXPECT_EQ(order(), (Indexes{1, 0, 2}));
}

TEST_F(EndpointOrderTest, DoesNotFlap) {
  measure(100ms, 101ms, 500ms);
  ASSERT_EQ(order().front(), 0U);

  measure(100ms, 71ms, 500ms);
  EXPECT_EQ(order(), (Indexes{0, 1, 2}));
  measure(100ms, 69ms, 500ms);
  EXPECT_EQ(order(), (Indexes{1, 0, 2}));
  measure(60ms, 69ms, 500ms);
  EXPECT_EQ(order(), (Indexes{1, 0, 2}));
}

TEST_F(EndpointOrderTest, IgnoresDifferencesNobodyFeels) {
  measure(5ms, 50ms, 50ms);
  ASSERT_EQ(order().front(), 0U);

  measure(5ms, 1ms, 50ms);

  EXPECT_EQ(order().front(), 0U);
}

TEST_F(EndpointOrderTest, GivesEveryUnmeasuredOneARequest) {
  EXPECT_EQ(ask(), 0U);
  EXPECT_EQ(ask(), 1U);
  EXPECT_EQ(ask(), 2U);
  EXPECT_EQ(order(), (Indexes{0, 1, 2}));

  now_ += EndpointOrder::kFindOutPause;
  EXPECT_EQ(ask(), 0U);
  EXPECT_EQ(ask(), 1U);
}

TEST_F(EndpointOrderTest, FindsOutUntilSomebodyReallyAsks) {
  measure(10ms, 20ms, 30ms);
  candidates_[2].latency.reset();

  EXPECT_EQ(order(), (Indexes{2, 0, 1}));
  EXPECT_EQ(order(), (Indexes{2, 0, 1}));
}

TEST_F(EndpointOrderTest, AsksMeasuredOnesMeanwhile) {
  measure(10ms, 20ms, 30ms);
  candidates_[2].latency.reset();

  ASSERT_EQ(ask(), 2U);
  EXPECT_EQ(order(), (Indexes{0, 1, 2}));
}

TEST_F(EndpointOrderTest, FindsOutAgainWhatItKnewLongAgo) {
  measure(10ms, 20ms, 30ms);
  ASSERT_EQ(order(), (Indexes{0, 1, 2}));
  now_ += EndpointOrder::kMeasureAgain;
  candidates_[0].latency->measured_at = now_;

  EXPECT_EQ(ask(), 1U);
  EXPECT_EQ(ask(), 2U);
  EXPECT_EQ(order(), (Indexes{0, 1, 2}));
}

TEST_F(EndpointOrderTest, FindsOutNothingAboutOneThatRefuses) {
  measure(10ms, 20ms, 30ms);
  candidates_[2] = {.is_refused = true};

  EXPECT_EQ(order(), (Indexes{0, 1, 2}));
}

TEST_F(EndpointOrderTest, SaysWhenNobodyCanBeAsked) {
  for (auto& candidate : candidates_) candidate.is_refused = true;

  const auto order = order_.of(candidates_, now_);

  EXPECT_EQ(order.indexes, (Indexes{0, 1, 2}));
  EXPECT_EQ(order.askable, 0U);
}

}  // namespace
}  // namespace larder::upstream
