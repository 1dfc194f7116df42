#include "daemon/upstream/health_refusal.h"

#include <gtest/gtest.h>

namespace larder::upstream {
namespace {

using namespace std::chrono_literals;

constexpr Moment kNow{MonoTime(1000h), WallTime(1'700'000'000s)};

class HealthRefusalTest : public ::testing::Test {
 protected:
  std::string refusal(Purpose purpose = Purpose::pull, Duration later = Duration(0)) const {
    const Moment now{kNow.mono + later, kNow.wall + later};
    const auto error = health_refusal("https://reg.example", breaker_, quota_, purpose, now);
    return error ? describe(*error) : "none";
  }
  void end(const Verdict& verdict) {
    breaker_.ended(breaker_.admit(kNow.mono, Claim::trial).value(), verdict, kNow.mono, 0.25);
  }

  Breaker breaker_;
  std::optional<Quota> quota_;
};

TEST_F(HealthRefusalTest, IsNoneForAHealthyEndpoint) {
  EXPECT_EQ(refusal(), "none");
}

TEST_F(HealthRefusalTest, NamesEndpointCauseAndMoment) {
  end({Sign::unreachable, "connect deadline passed"});

  EXPECT_EQ(refusal(),
            "upstream_down: https://reg.example is not asked, until 2023-11-14T22:13:21Z (2 s): "
            "connect deadline passed");
  EXPECT_EQ(refusal(Purpose::order), "none");
}

TEST_F(HealthRefusalTest, SaysThatSomebodyIsTrying) {
  end({Sign::unreachable, "connect deadline passed"});
  ASSERT_TRUE(breaker_.admit(kNow.mono + 2s, Claim::trial));

  EXPECT_EQ(refusal(Purpose::pull, 2s),
            "upstream_down: https://reg.example is not asked, until it has been tried: "
            "connect deadline passed");
}

TEST_F(HealthRefusalTest, SaysWhatIsLeftOfAQuota) {
  quota_ = Quota{.remaining = 0, .limit = 100, .resets_at = kNow.mono + 30s, .read_at = kNow.mono};

  EXPECT_EQ(refusal(Purpose::pull),
            "upstream_down: https://reg.example is not asked, until 2023-11-14T22:13:50Z (30 s): "
            "0 of 100 requests are left");
  EXPECT_EQ(refusal(Purpose::warm),
            "upstream_down: https://reg.example is asked for pulls only, until "
            "2023-11-14T22:13:50Z (30 s): 0 of 100 requests are left");
}

TEST_F(HealthRefusalTest, HasItsCauseInAWord) {
  quota_ = Quota{.remaining = 0, .limit = 100, .resets_at = kNow.mono + 30s, .read_at = kNow.mono};
  const auto pull = health_refusal("https://reg.example", breaker_, quota_, Purpose::pull, kNow);
  const auto warm = health_refusal("https://reg.example", breaker_, quota_, Purpose::warm, kNow);
  end({Sign::unreachable, "connect deadline passed"});
  const auto sick = health_refusal("https://reg.example", breaker_, quota_, Purpose::pull, kNow);

  EXPECT_EQ(pull->cause, "quota");
  EXPECT_EQ(warm->cause, "quota");
  EXPECT_EQ(sick->cause, "breaker");
}

TEST_F(HealthRefusalTest, HasNoMomentForAQuotaThatGrowsBack) {
  quota_ = Quota{.remaining = 9, .limit = 100, .window = 6h, .read_at = kNow.mono};

  EXPECT_EQ(refusal(Purpose::warm),
            "upstream_down: https://reg.example is asked for pulls only, until there are more: "
            "9 of 100 requests are left");
}

}  // namespace
}  // namespace larder::upstream
