#include "daemon/upstream/saved_health.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

constexpr Moment kSaved{MonoTime(1000h), WallTime(1'700'000'000s)};

Moment later(Duration mono, Duration wall) {
  return {kSaved.mono + mono, kSaved.wall + wall};
}

SavedHealth open_health() {
  return {
      "https://reg.example",
      {.is_open = true, .is_pause = true, .age = 5s, .wait = 60s, .level = 3, .why = "HTTP 429"},
      Quota{7, 100, 6h, kSaved.mono + 90s, kSaved.mono - 10s},
      TokenPause{kSaved.mono + 50s, "token realm auth.example: HTTP 429"}};
}

Result<SavedHealth> restored(const SavedHealth& health, const Moment& now) {
  return parse_saved_health(to_text(health, kSaved), now);
}

TEST(SavedHealth, IsTheSameAtTheSameMoment) {
  const auto health = restored(open_health(), kSaved);

  ASSERT_TRUE(health.ok());
  EXPECT_EQ(health->url, "https://reg.example");
  EXPECT_TRUE(health->breaker.is_open);
  EXPECT_TRUE(health->breaker.is_pause);
  EXPECT_EQ(health->breaker.age, 5s);
  EXPECT_EQ(health->breaker.wait, 60s);
  EXPECT_EQ(health->breaker.level, 3U);
  EXPECT_EQ(health->breaker.why, "HTTP 429");
  EXPECT_EQ(health->quota, open_health().quota);
  EXPECT_EQ(health->token_pause->until, kSaved.mono + 50s);
  EXPECT_EQ(health->token_pause->why, "token realm auth.example: HTTP 429");
}

TEST(SavedHealth, TellsWhenCredentialsEnd) {
  SavedHealth health{"https://reg.example", {}};
  health.credentials = {{"reg.example", "token", "repository:a:pull", kSaved.wall + 60s, 20s,
                         kSaved.wall + 15s, "HTTP 503"},
                        {"reg.example", "ecr", "reg.example", kSaved.wall - 1s}};

  const auto read = restored(health, later(10s, 10s));

  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->credentials.size(), 1U) << "one has ended";
  health.credentials[0].is_held = false;
  EXPECT_EQ(read->credentials[0], health.credentials[0]);
}

TEST(SavedHealth, OfManyCredentialsTellsOfSome) {
  SavedHealth health{"https://reg.example", {}};
  health.credentials.assign(1000, {"reg.example", "token", "a", kSaved.wall + 60s});

  EXPECT_EQ(restored(health, kSaved)->credentials.size(), kCredentialsSavedMax);
}

TEST(SavedHealth, OfAHealthyEndpointSaysSo) {
  const auto health = restored({"https://reg.example", {}}, later(1h, 1h));

  ASSERT_TRUE(health.ok());
  EXPECT_FALSE(health->breaker.is_open);
  EXPECT_FALSE(health->quota);
  EXPECT_FALSE(health->token_pause);
}

TEST(SavedHealth, AgesWithTheWallClock) {
  const auto now = later(-900h, 20s);  // the steady clock began anew

  const auto health = restored(open_health(), now);

  ASSERT_TRUE(health.ok());
  EXPECT_EQ(health->breaker.wait, 40s);
  EXPECT_EQ(health->breaker.age, 25s);
  EXPECT_EQ(health->quota->read_at, now.mono - 30s);
  EXPECT_EQ(health->quota->resets_at, now.mono + 70s);
  EXPECT_EQ(health->token_pause->until, now.mono + 30s);
}

TEST(SavedHealth, IsOverWhenItsTimeHasPassed) {
  const auto health = restored(open_health(), later(0s, 100h));

  ASSERT_TRUE(health.ok());
  EXPECT_EQ(health->breaker.wait, 0s);
  EXPECT_EQ(health->quota->left(later(0s, 100h).mono), std::nullopt);
}

TEST(SavedHealth, LastsNoLongerWhenTheWallClockWasSetBack) {
  const auto now = later(10s, -1000h);

  const auto health = restored(open_health(), now);

  ASSERT_TRUE(health.ok());
  EXPECT_EQ(health->breaker.wait, 60s);
  EXPECT_EQ(health->breaker.age, 5s);
  EXPECT_EQ(health->quota->resets_at, now.mono + 90s);
  EXPECT_EQ(health->quota->read_at, now.mono - 10s);
}

TEST(SavedHealth, SurvivesAReasonThatIsNoText) {
  auto health = open_health();
  health.breaker.why = "\xff\"\n";

  EXPECT_TRUE(restored(health, kSaved).ok());
}

// The text of an open breaker's fields, then of a quota's, then of a token server's pause.
std::string text_of(const std::string& breaker, const std::string& quota = "",
                    const std::string& pause = "") {
  return R"({"format":1,"url":"u","saved_at":1,"breaker":)" + breaker +
         (quota.empty() ? "" : ",\"quota\":" + quota) +
         (pause.empty() ? "}" : ",\"token_pause\":" + pause + "}");
}

class DamagedTexts : public ::testing::TestWithParam<std::string> {};

TEST_P(DamagedTexts, AreInvalid) {
  const auto health = parse_saved_health(GetParam(), kSaved);

  ASSERT_FALSE(health.ok());
  EXPECT_EQ(health.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DamagedTexts,
    ::testing::Values("", "null", "[]", "{}", "{", "7", "\xff",
                      R"({"format":2,"url":"u","saved_at":1,"breaker":{}})",
                      R"({"format":1,"url":"u","saved_at":1})",
                      R"({"format":1,"url":7,"saved_at":1,"breaker":{}})",
                      R"({"format":1,"url":"u","saved_at":-1,"breaker":{}})",
                      R"({"format":1,"url":"u","saved_at":18446744073709551615,"breaker":{}})",
                      R"({"format":1,"url":"u","saved_at":1.5,"breaker":{}})"));

INSTANTIATE_TEST_SUITE_P(
    Parts, DamagedTexts,
    ::testing::Values(text_of("[]"), text_of(R"({"until":5})"),
                      text_of(R"({"until":"5","since":1,"pause":true,"level":1,"why":""})"),
                      text_of(R"({"until":5,"since":1,"pause":1,"level":1,"why":""})"),
                      text_of(R"({"until":5,"since":1,"pause":true,"level":-1,"why":""})"),
                      text_of(R"({"until":5,"since":1,"pause":true,"level":1,"why":null})"),
                      text_of("{}", "[]"), text_of("{}", R"({"remaining":1})"),
                      text_of("{}", R"({"remaining":-1,"read_at":1})"),
                      text_of("{}", R"({"remaining":1,"read_at":1,"limit":"100"})"),
                      text_of("{}", "", "[]"), text_of("{}", "", R"({"until":5})"),
                      text_of("{}", "", R"({"until":5,"why":7})")));

TEST(SavedHealth, ReadsWhatTheTableOfDamageBeginsFrom) {
  EXPECT_TRUE(parse_saved_health(text_of("{}"), kSaved).ok());
  EXPECT_TRUE(
      parse_saved_health(text_of(R"({"until":5,"since":1,"pause":true,"level":1,"why":""})",
                                 R"({"remaining":1,"read_at":1})", R"({"until":5,"why":""})"),
                         kSaved)
          .ok());
}

TEST(SavedHealth, BoundsWhatItReads) {
  const auto health = parse_saved_health(
      R"({"format":1,"url":"u","saved_at":1700000000000,)"
      R"("breaker":{"until":18446744073709551615,"since":0,"pause":false,)"
      R"("level":18446744073709551615,"why":""},)"
      R"("quota":{"remaining":18446744073709551615,"limit":0,"window_s":18446744073709551615,)"
      R"("read_at":18446744073709551615,"resets_at":18446744073709551615},)"
      R"("token_pause":{"until":18446744073709551615,"why":""}})",
      kSaved);

  ASSERT_TRUE(health.ok());
  EXPECT_EQ(health->quota->limit, 1U);
  EXPECT_EQ(health->quota->window, kQuotaMemoryMax);
  EXPECT_EQ(health->quota->resets_at, kSaved.mono + kQuotaMemoryMax);
  EXPECT_EQ(health->quota->read_at, kSaved.mono);
  EXPECT_EQ(health->token_pause->until, kSaved.mono + kPauseMax);
  Breaker breaker;
  breaker.restore(health->breaker, kSaved.mono);
  EXPECT_LE(breaker.until(), kSaved.mono + 72s);
}

}  // namespace
}  // namespace larder::upstream
