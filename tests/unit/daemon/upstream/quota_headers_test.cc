#include "daemon/upstream/quota_headers.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr Moment kAsked{MonoTime(1000h), WallTime(1'700'000'000s)};

std::optional<Quota> quota_of(const Fields& fields) {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return parse_quota(headers, kAsked);
}

struct Told {
  Fields headers;
  std::uint64_t remaining;
  std::optional<std::uint64_t> limit{};
  std::optional<std::chrono::seconds> window{};
  std::optional<std::chrono::seconds> reset{};
};

class ToldQuotas : public ::testing::TestWithParam<Told> {};

TEST_P(ToldQuotas, AreRead) {
  const Told& told = GetParam();
  const auto quota = quota_of(told.headers);

  Quota expected{told.remaining, told.limit, told.window, {}, kAsked.mono};
  if (told.reset) expected.resets_at = kAsked.mono + *told.reset;
  EXPECT_EQ(quota, expected) << told.headers.front().second;
}

INSTANTIATE_TEST_SUITE_P(DockerHub, ToldQuotas,
                         ::testing::Values(Told{{{"ratelimit-limit", "100;w=21600"},
                                                 {"ratelimit-remaining", "76;w=21600"},
                                                 {"docker-ratelimit-source", "192.0.2.1"}},
                                                76,
                                                100,
                                                21600s},
                                           Told{{{"ratelimit-limit", "100;w=21600"},
                                                 {"ratelimit-remaining", "0;w=21600"}},
                                                0,
                                                100,
                                                21600s}));

INSTANTIATE_TEST_SUITE_P(
    OlderDrafts, ToldQuotas,
    ::testing::Values(
        Told{{{"RateLimit-Limit", "100, 100;w=60"},
              {"RateLimit-Remaining", "50"},
              {"RateLimit-Reset", "30"}},
             50,
             100,
             60s,
             30s},
        Told{{{"RateLimit-Limit", "10, 5000;w=3600, 10;w=1"}, {"RateLimit-Remaining", "9"}},
             9,
             10,
             1s},
        Told{{{"RateLimit-Limit", "10"}, {"RateLimit-Remaining", "9"}, {"RateLimit-Reset", "0"}},
             9,
             10,
             {},
             0s},
        // A unix time, as GitLab has it; and one that has passed.
        Told{{{"RateLimit-Limit", "500"},
              {"RateLimit-Remaining", "499"},
              {"RateLimit-Reset", "1700000060"}},
             499,
             500,
             {},
             60s},
        Told{{{"RateLimit-Limit", "500"},
              {"RateLimit-Remaining", "0"},
              {"RateLimit-Reset", "1600000000"}},
             0,
             500,
             {},
             0s},
        Told{{{"RateLimit-Remaining", "5"}}, 5},
        // More is left than there may be; nothing is believed for longer than a day.
        Told{{{"RateLimit-Limit", "10"}, {"RateLimit-Remaining", "50"}}, 10, 10},
        Told{{{"RateLimit-Limit", "10;w=99999999"},
              {"RateLimit-Remaining", "5"},
              {"RateLimit-Reset", "999999999"}},
             5,
             10,
             24h,
             24h},
        Told{
            {{"RateLimit-Limit", "10;w=0"}, {"RateLimit-Remaining", "5"}, {"RateLimit-Reset", "x"}},
            5,
            10}));

INSTANTIATE_TEST_SUITE_P(
    NewerDrafts, ToldQuotas,
    ::testing::Values(Told{{{"RateLimit", "\"default\";r=50;t=30"},
                            {"RateLimit-Policy", "\"default\";q=100;w=10"}},
                           50,
                           100,
                           10s,
                           30s},
                      Told{{{"RateLimit", "\"default\";r=50;t=30"}}, 50, {}, {}, 30s},
                      // The tightest of several, in one field or in two.
                      Told{{{"RateLimit", "\"burst\";r=9;t=1, \"daily\";r=20;t=600"},
                            {"RateLimit-Policy", "\"burst\";q=10;w=1, \"daily\";q=1000;w=86400"}},
                           20,
                           1000,
                           86400s,
                           600s},
                      Told{{{"RateLimit", "\"a\";r=5;t=1"},
                            {"RateLimit", "\"b\";r=0;t=60"},
                            {"RateLimit", "\"c\";r=0;t=30"},
                            {"RateLimit-Policy", "\"a\";q=10"}},
                           0,
                           {},
                           {},
                           60s},
                      Told{{{"RateLimit", "\"a\";t=5, \"b\";r=3"}}, 3}));

INSTANTIATE_TEST_SUITE_P(DeFacto, ToldQuotas,
                         ::testing::Values(Told{{{"X-RateLimit-Limit", "5000"},
                                                 {"X-RateLimit-Remaining", "4999"},
                                                 {"X-RateLimit-Reset", "1700003600"}},
                                                4999,
                                                5000,
                                                {},
                                                3600s},
                                           Told{{{"x-ratelimit-limit", "60"},
                                                 {"x-ratelimit-remaining", "0"},
                                                 {"x-ratelimit-reset", "120"}},
                                                0,
                                                60,
                                                {},
                                                120s},
                                           // Milliseconds: not believed.
                                           Told{{{"X-RateLimit-Limit", "60"},
                                                 {"X-RateLimit-Remaining", "1"},
                                                 {"X-RateLimit-Reset", "1700003600000"}},
                                                1,
                                                60}));

class Garbage : public ::testing::TestWithParam<Fields> {};

TEST_P(Garbage, IsNoQuota) {
  EXPECT_EQ(quota_of(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Garbage,
    ::testing::Values(Fields{}, Fields{{"Content-Type", "text/plain"}},
                      Fields{{"RateLimit-Limit", "100;w=60"}},
                      Fields{{"RateLimit-Remaining", "-1"}}, Fields{{"RateLimit-Remaining", ""}},
                      Fields{{"RateLimit-Remaining", "many"}},
                      Fields{{"RateLimit-Remaining", "99999999999999999999"}},
                      Fields{{"RateLimit-Limit", "unlimited"}, {"RateLimit-Remaining", "5"}},
                      Fields{{"RateLimit-Limit", "0"}, {"RateLimit-Remaining", "0"}},
                      Fields{{"RateLimit-Limit", "100;w"}, {"RateLimit-Remaining", "5;"}},
                      Fields{{"RateLimit", "\"default\";t=30"}},
                      Fields{{"RateLimit", "\"default;r=1"}}, Fields{{"RateLimit", "\"d\";r=-1"}},
                      Fields{{"RateLimit", "\"d\";r=0"}, {"RateLimit-Policy", "\"d\";q=0"}},
                      Fields{{"X-RateLimit-Limit", "a,b"}, {"X-RateLimit-Remaining", "5"}}));

TEST(QuotaHeaders, OfAnotherDialectCountWhenTheFirstIsGarbage) {
  const auto quota = quota_of(
      {{"RateLimit", "what?("}, {"X-RateLimit-Limit", "10"}, {"X-RateLimit-Remaining", "5"}});

  ASSERT_TRUE(quota);
  EXPECT_EQ(quota->remaining, 5U);
}

}  // namespace
}  // namespace larder::upstream
