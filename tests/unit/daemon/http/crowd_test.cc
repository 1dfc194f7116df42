#include "daemon/http/crowd.h"

#include <gtest/gtest.h>

#include <vector>

namespace larder::http {
namespace {

using Visit = std::unique_ptr<Crowd::Visit>;

IpAddress ip(std::string_view text) {
  return parse_address(text).value();
}

// Nobody when there is no room.
Visit visit_from(Crowd& crowd, std::string_view address) {
  auto visit = crowd.enter();
  return visit && visit->come_from(ip(address)) ? std::move(visit) : nullptr;
}

TEST(Crowd, HasRoomForSoManyConnections) {
  Crowd crowd({.connections = 2}, {});
  const auto first = crowd.enter();
  auto second = crowd.enter();

  EXPECT_EQ(crowd.enter(), nullptr);
  EXPECT_EQ(crowd.connections(), 2U);

  second.reset();
  EXPECT_NE(crowd.enter(), nullptr);
}

TEST(Crowd, HasRoomForSoManyConnectionsOfASource) {
  Crowd crowd({}, {.connections = 1});
  auto first = visit_from(crowd, "10.0.0.1");

  EXPECT_NE(first, nullptr);
  EXPECT_EQ(visit_from(crowd, "10.0.0.1"), nullptr);
  EXPECT_NE(visit_from(crowd, "10.0.0.2"), nullptr);

  first.reset();
  EXPECT_NE(visit_from(crowd, "10.0.0.1"), nullptr);
}

// As many as there is room for.
std::vector<Visit> visits_from(Crowd& crowd, std::string_view address) {
  std::vector<Visit> visits;
  while (auto visit = visit_from(crowd, address)) visits.push_back(std::move(visit));
  return visits;
}

std::size_t requests_of(const std::vector<Visit>& visits) {
  std::size_t begun = 0;
  for (const auto& visit : visits) begun += visit->begin_request() ? 0 : 1;
  return begun;
}

TEST(Crowd, HasRoomForOthersHoweverMuchSomeSourcesWant) {
  Crowd crowd({.connections = 100}, {.connections = 40});

  const auto first = visits_from(crowd, "10.0.0.1");
  const auto second = visits_from(crowd, "10.0.0.2");
  const auto third = visits_from(crowd, "10.0.0.3");

  EXPECT_EQ(first.size(), 40U);
  EXPECT_EQ(second.size(), 30U);
  EXPECT_EQ(third.size(), 15U);
  EXPECT_NE(visit_from(crowd, "10.0.0.4"), nullptr);
}

TEST(Crowd, BeginsRequestsOfOthersHoweverManySomeSourcesWant) {
  Crowd crowd({.requests = 100}, {.connections = 50, .requests = 50});
  const auto first = visits_from(crowd, "10.0.0.1");
  const auto second = visits_from(crowd, "10.0.0.2");
  const auto other = visit_from(crowd, "10.0.0.3");

  EXPECT_EQ(requests_of(first), 50U);
  EXPECT_EQ(requests_of(second), 25U);

  EXPECT_EQ(other->begin_request(), std::nullopt);
}

TEST(Crowd, LeavesAllToASourceWithoutALimit) {
  Crowd crowd({.connections = 100}, {.requests = 1});

  EXPECT_EQ(visits_from(crowd, "10.0.0.1").size(), 100U);
}

TEST(Crowd, TakesAnIpv6NetworkForOneSource) {
  Crowd crowd({}, {.connections = 1});
  const auto first = visit_from(crowd, "2001:db8::1");

  EXPECT_EQ(visit_from(crowd, "2001:db8::ffff:2"), nullptr);
  EXPECT_NE(visit_from(crowd, "2001:db8:0:1::1"), nullptr);
}

TEST(Crowd, BeginsSoManyRequests) {
  Crowd crowd({.requests = 1}, {});
  const auto first = crowd.enter();
  const auto second = crowd.enter();

  EXPECT_EQ(first->begin_request(), std::nullopt);
  EXPECT_EQ(second->begin_request(), Refusal::overloaded);

  first->end_request();
  EXPECT_EQ(second->begin_request(), std::nullopt);
}

TEST(Crowd, BeginsSoManyRequestsOfASource) {
  Crowd crowd({}, {.requests = 1});
  auto first = visit_from(crowd, "10.0.0.1");
  const auto second = visit_from(crowd, "10.0.0.1");
  const auto other = visit_from(crowd, "10.0.0.2");

  EXPECT_EQ(first->begin_request(), std::nullopt);
  EXPECT_EQ(second->begin_request(), Refusal::source_overloaded);
  EXPECT_EQ(other->begin_request(), std::nullopt);

  first.reset();  // with its request
  EXPECT_EQ(second->begin_request(), std::nullopt);
}

TEST(Crowd, BooksBytesForTheListenerAndForTheSource) {
  Crowd crowd({.bytes_per_second = 1'600'000}, {.bytes_per_second = 160'000});
  const auto visit = visit_from(crowd, "10.0.0.1");
  const auto other = visit_from(crowd, "10.0.0.2");
  const MonoTime now{std::chrono::hours(1)};
  EXPECT_TRUE(visit->is_paced());
  EXPECT_EQ(visit->piece_bytes(), 10'000U);

  for (int i = 0; i < 5; ++i) EXPECT_LE(visit->ask_to_send(10'000, now), now);

  EXPECT_EQ(visit->ask_to_send(10'000, now), now + std::chrono::microseconds(62'500));
  EXPECT_LE(other->ask_to_send(10'000, now), now);
}

TEST(Crowd, WhoEndsHisRequestWaitsNoMore) {
  Crowd crowd({.bytes_per_second = 1'000'000}, {});
  const auto first = visit_from(crowd, "10.0.0.1");
  const auto second = visit_from(crowd, "10.0.0.1");
  const MonoTime now{std::chrono::hours(1)};
  first->begin_request();
  while (first->ask_to_send(50'000, now) <= now) {
  }
  const auto behind = second->ask_to_send(50'000, now);

  first->end_request();

  EXPECT_EQ(second->ask_to_send(50'000, now), behind - std::chrono::milliseconds(50));
}

TEST(Crowd, BooksNothingWithoutALimit) {
  Crowd crowd({}, {.requests = 1});

  EXPECT_FALSE(visit_from(crowd, "10.0.0.1")->is_paced());
}

TEST(Crowd, ForgetsASourceWithItsLastConnection) {
  Crowd crowd({}, {.connections = 9});
  auto first = visit_from(crowd, "10.0.0.1");
  auto second = visit_from(crowd, "10.0.0.1");
  EXPECT_EQ(crowd.sources(), 1U);

  first.reset();
  EXPECT_EQ(crowd.sources(), 1U);

  second.reset();
  EXPECT_EQ(crowd.sources(), 0U);
}

TEST(Crowd, RemembersASourceThatHasSentAheadOfItsRate) {
  Crowd crowd({}, {.bytes_per_second = 1});
  const auto now = std::chrono::steady_clock::now();
  visit_from(crowd, "10.0.0.1")->ask_to_send(1024, now);

  const auto again = visit_from(crowd, "10.0.0.1");

  EXPECT_GT(again->ask_to_send(1, now), now + std::chrono::seconds(1000));
}

TEST(Crowd, RemembersNoMoreThanSoMany) {
  Crowd crowd({}, {.bytes_per_second = 1});
  const auto now = std::chrono::steady_clock::now();

  for (std::uint64_t i = 0; i < 3 * Crowd::kRememberedMax; ++i) {
    const auto visit = crowd.enter();
    ASSERT_TRUE(visit->come_from({i + 1, 0}));
    visit->ask_to_send(1024, now);
  }

  EXPECT_EQ(crowd.sources(), Crowd::kRememberedMax);
}

TEST(Crowd, KeepsNoSourcesWithoutLimitsOfTheirs) {
  Crowd crowd({.connections = 9}, {});

  const auto visit = visit_from(crowd, "10.0.0.1");

  EXPECT_EQ(crowd.sources(), 0U);
}

}  // namespace
}  // namespace larder::http
