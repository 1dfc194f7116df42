#include "daemon/registry/negatives.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace larder::registry {
namespace {

class NegativesTest : public ::testing::Test {
 protected:
  void note(const std::string& name) {
    negatives_.note(name, {Errc::not_found, "HTTP 404"}, clock_.now());
  }
  bool has(const std::string& name) const {
    return negatives_.find(name, clock_.now()).has_value();
  }

  testing::FakeClock clock_;
  Negatives negatives_;
};

TEST_F(NegativesTest, LastForAMoment) {
  note("a");

  EXPECT_TRUE(has("a"));
  EXPECT_FALSE(has("b"));
  clock_.advance(kNegativeTime);
  EXPECT_FALSE(has("a"));
}

TEST_F(NegativesTest, AreClearAnswersOnly) {
  for (const Errc code : {Errc::denied, Errc::upstream_down, Errc::timeout, Errc::corrupt}) {
    negatives_.note("a", {code, ""}, clock_.now());
    EXPECT_FALSE(has("a")) << to_string(code);
  }
}

TEST_F(NegativesTest, AreForgottenWhenTheNameIsThere) {
  note("a");

  negatives_.forget("a");

  EXPECT_FALSE(has("a"));
}

TEST_F(NegativesTest, KeepTheNewestWhenThereAreTooMany) {
  note("oldest");
  clock_.advance(std::chrono::milliseconds(1));
  for (std::size_t i = 0; i < Negatives::kNamesMax; ++i) note(std::to_string(i));

  EXPECT_FALSE(has("oldest"));
  EXPECT_TRUE(has("0"));
  EXPECT_TRUE(has(std::to_string(Negatives::kNamesMax - 1)));
}

}  // namespace
}  // namespace larder::registry
