// A listener's policy: what of its file is noticed while nobody asks.
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/access/listener_policy.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;

class CountingObserver final : public DecisionObserver, public policy::PolicyObserver {
 public:
  void policy_decided(const PolicyDecision&) override {}
  void token_rejected(const TokenRejection&) override {}
  void policy_reloaded(const std::filesystem::path&, const policy::Policy&) override { ++reloaded; }
  void policy_kept(const std::filesystem::path&, const Error&) override { ++kept; }

  int reloaded = 0;
  int kept = 0;
};

class ListenerPolicyFile : public ::testing::Test {
 protected:
  void write(const std::string& effect) const {
    std::ofstream(file_) << R"({"Version":"2012-10-17","Statement":{"Effect":")" << effect
                         << R"(","Principal":"*","Action":"*","Resource":"*"}})";
  }
  bool allows() const {
    return policy_->allows({tokens::Subject(), policy::Action::pull, "reg.test/app", "unix"})
        .may_go_on;
  }

  testing::FakeClock clock_;
  CountingObserver observer_;
  const testing::TempDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "policy.json";
  std::optional<ListenerPolicy> policy_;
};

TEST_F(ListenerPolicyFile, NoticesItsFileWhileNobodyAsks) {
  write("Allow");
  policy_.emplace("node", *policy::PolicyFile::open(file_, clock_, observer_), clock_, observer_);
  ASSERT_TRUE(allows());

  write("Alow");
  clock_.advance(2s);
  policy_->maintain();
  EXPECT_EQ(observer_.kept, 1);
  EXPECT_TRUE(allows());

  write("Deny");
  clock_.advance(2s);
  policy_->maintain();
  EXPECT_EQ(observer_.reloaded, 1);
  EXPECT_FALSE(allows());
}

TEST_F(ListenerPolicyFile, AllowsAllWithoutAFile) {
  policy_.emplace("node", nullptr, clock_, observer_);

  policy_->maintain();

  EXPECT_TRUE(allows());
}

}  // namespace
}  // namespace larder::access
