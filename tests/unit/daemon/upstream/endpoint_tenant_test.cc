// What is asked in tenants' names: it heeds what Larder was told, and spoils nothing for others.
#include "tests/unit/daemon/upstream/endpoint_fixture.h"

namespace larder::upstream {
namespace {

const FakeAnswer kAskedTooMuch{.status = 429, .headers = {{"Retry-After", "60"}}};
const FakeAnswer kNobodyThere{.error = Error{Errc::upstream_down, "connection refused"}};

class EndpointTenantTest : public EndpointTest {
 protected:
  HealthReport report() const { return endpoint_->health().report(); }
};

TEST_F(EndpointTenantTest, APauseThatATenantEarnsIsNobodyElses) {
  answer({kAskedTooMuch, kAskedTooMuch, {}});

  ASSERT_TRUE(send_as("alice", "password").ok());
  ASSERT_TRUE(send_as("").ok());

  EXPECT_EQ(report().state, BreakerState::closed);
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(client_->count(), 3U);
}

TEST_F(EndpointTenantTest, ATokenServersPauseThatATenantEarnsIsNobodyElses) {
  answer({bearer_challenge(), kAskedTooMuch, bearer_challenge(), token("T"), {}});

  EXPECT_EQ(send_as("alice", "password").error().code, Errc::upstream_down);

  EXPECT_FALSE(report().tokens_paused);
  EXPECT_TRUE(send().ok());
  EXPECT_EQ(client_->count(), 5U);
}

TEST_F(EndpointTenantTest, ATenantsQuotaIsNotLardersOwn) {
  const FakeAnswer used_up{
      .headers = {{"RateLimit-Limit", "100;w=21600"}, {"RateLimit-Remaining", "0;w=21600"}}};
  answer({used_up, used_up});

  ASSERT_TRUE(send_as("alice", "password").ok());
  EXPECT_FALSE(report().quota);
  ASSERT_TRUE(send().ok());
  EXPECT_TRUE(report().quota);
}

TEST_F(EndpointTenantTest, WhatFailsForTenantsShutsNobodyOut) {
  answer({kNobodyThere, {.status = 500}, {.status = 500}, {.status = 500}, {}});

  EXPECT_FALSE(send_as("alice", "password").ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(send_as("alice", "password").ok());

  EXPECT_EQ(report().state, BreakerState::closed);
  EXPECT_TRUE(send().ok());
}

TEST_F(EndpointTenantTest, ATokenServersSilenceToATenantShutsNobodyOut) {
  answer({bearer_challenge(), kNobodyThere, {}});

  EXPECT_FALSE(send_as("alice", "password").ok());

  EXPECT_EQ(report().state, BreakerState::closed);
  EXPECT_TRUE(send().ok());
}

TEST_F(EndpointTenantTest, WhatFailsForATenantIsTriedInLardersOwnName) {
  answer({kNobodyThere, kNobodyThere, kNobodyThere});
  ASSERT_FALSE(send_as("alice", "password").ok());

  ASSERT_TRUE(endpoint_->wants_trial());
  endpoint_->try_out(clock_.now() + std::chrono::seconds(6), {});

  EXPECT_EQ(client_->urls(), (Strings{"GET https://reg.example/v2/team/app/blobs/x",
                                      "HEAD https://reg.example/v2/team/app/blobs/x",
                                      "GET https://reg.example/v2/"}));
  EXPECT_EQ(report().state, BreakerState::open);
  EXPECT_FALSE(endpoint_->wants_trial());
}

TEST_F(EndpointTenantTest, WhatIsWellForLarderIsTriedOnce) {
  answer({kNobodyThere, {}});
  ASSERT_FALSE(send_as("alice", "password").ok());

  endpoint_->try_out(clock_.now() + std::chrono::seconds(6), {});

  EXPECT_EQ(report().state, BreakerState::closed);
  EXPECT_FALSE(endpoint_->wants_trial());
}

TEST_F(EndpointTenantTest, NobodyIsTriedForAPause) {
  answer({kAskedTooMuch});

  ASSERT_TRUE(send_as("alice", "password").ok());

  EXPECT_FALSE(endpoint_->wants_trial());
}

TEST_F(EndpointTenantTest, TenantsHeedAPauseThatLarderWasTold) {
  answer({kAskedTooMuch, {}});
  ASSERT_TRUE(send().ok());

  EXPECT_EQ(send_as("alice", "password").error().cause, kBreakerCause);

  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(EndpointTenantTest, TenantsHeedAPauseThatLarderWasToldOfTokens) {
  answer({bearer_challenge(), kAskedTooMuch});
  ASSERT_FALSE(send().ok());

  EXPECT_EQ(send_as("alice", "password").error().cause, kBreakerCause);

  EXPECT_EQ(client_->count(), 2U);
}

}  // namespace
}  // namespace larder::upstream
