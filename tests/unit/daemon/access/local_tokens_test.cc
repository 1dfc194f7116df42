// Tokens that are ordered on the node.
#include "daemon/access/local_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/auth/tokens/token_verifier.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OnlyBackup final : public tokens::AccessDecider {
 public:
  bool may(const tokens::AccessQuestion& question) const override {
    return question.subject.name == "backup" && question.action == "pull" &&
           question.is_from_anywhere;
  }
};

class Outcomes final : public tokens::TokenObserver {
 public:
  void token_asked(const tokens::TokenEvent& event) override {
    told.push_back(std::string(event.subject) + " " + std::string(event.outcome));
  }
  std::vector<std::string> told;
};

class LocalTokensTest : public ::testing::Test {
 protected:
  LocalTokensTest() { local_.add("node", rules_, *keys_, decider_); }
  static std::vector<tokens::Access> pull(const std::string& name, const std::string& also = "") {
    return *tokens::parse_scope("repository:" + name + ":pull" + also);
  }

  testing::FakeClock clock_;
  const testing::TempDirectory directory_;
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "larder"};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  const OnlyBackup decider_;
  Outcomes outcomes_;
  LocalTokens local_{clock_, outcomes_};
};

TEST_F(LocalTokensTest, SignsWhatTheListenerTakes) {
  const auto ordered = local_.issue({"", "backup", pull("reg.test/app"), 8h});

  ASSERT_TRUE(ordered.ok());
  EXPECT_EQ(ordered->listener, "node");
  EXPECT_EQ(ordered->token.lifetime, 8h);
  const auto claims = verifier_.verify(ordered->token.token);
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ((*claims)->subject.name, "backup");
  EXPECT_TRUE(tokens::allows((*claims)->access, "reg.test/app", "pull"));
  EXPECT_THAT(outcomes_.told, ElementsAre("backup issued"));
}

TEST_F(LocalTokensTest, GivesNothingWhenThePolicyRefusesAPart) {
  const auto whole = local_.issue({"node", "", pull("app"), 0s});
  const auto part = local_.issue({"node", "backup", pull("app", ",push"), 0s});

  EXPECT_EQ(whole.error().code, Errc::denied);
  EXPECT_THAT(part.error().context, HasSubstr("repository:app:push"));
  EXPECT_THAT(outcomes_.told, ElementsAre("local denied", "backup denied"));
}

TEST_F(LocalTokensTest, RefusesOrdersThatMakeNoSense) {
  const auto code = [&](const TokenOrder& order) { return local_.issue(order).error().code; };

  EXPECT_EQ(code({"", "backup", {}, 0s}), Errc::invalid);
  EXPECT_EQ(code({"", "backup", pull("app"), 24h + 1s}), Errc::invalid);
  EXPECT_EQ(code({"", "a b", pull("app"), 0s}), Errc::invalid);
  EXPECT_EQ(code({"", std::string(256, 'a'), pull("app"), 0s}), Errc::invalid);
  EXPECT_EQ(code({"other", "backup", pull("app"), 0s}), Errc::not_found);
}

TEST_F(LocalTokensTest, WantsTheListenersNameWhenThereAreSeveral) {
  const tokens::TokenRules rules{.issuer = "larder", .service = "other"};
  local_.add("other", rules, *keys_, decider_);

  EXPECT_EQ(local_.issue({"", "backup", pull("app"), 0s}).error().code, Errc::invalid);
  EXPECT_EQ(local_.issue({"other", "backup", pull("app"), 0s})->listener, "other");
  EXPECT_EQ(LocalTokens(clock_, outcomes_).issue({"", "", pull("app"), 0s}).error().code,
            Errc::not_found);
}

}  // namespace
}  // namespace larder::access
