// Tokens in tenants' names: apart from Larder's own, and kept no longer than they must be.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/auth/credential_sources.h"
#include "daemon/auth/exchanger.h"
#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/recording_renewals.h"

namespace larder::auth {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;
using testing::FakeClient;

const std::vector<Challenge> kTokenWanted{
    {Challenge::Scheme::bearer, "https://reg.example/token", "", "", ""}};
const std::vector<Challenge> kPasswordWanted{{Challenge::Scheme::basic, "Registry", "", "", ""}};

// Every token lives for 100 s.
class TenantTokens : public ::testing::Test {
 protected:
  static Wish wish_of(const std::string& tenant) {
    return {"team/app", "repository:team/app:pull",
            std::make_shared<Tenant>(Tenant{tenant, {tenant, "password"}})};
  }
  Result<std::string> authorize(const Wish& wish,
                                const std::vector<Challenge>& challenges = kTokenWanted) {
    return exchanger_.authorize(challenges, wish, std::nullopt, {});
  }

  testing::FakeClock clock_;
  testing::RecordingRenewals observer_;
  AnonymousCredentials own_;
  FakeClient client_{[](const http::ClientRequest& request) {
    const auto shown = request.headers.find("Authorization").value_or("");
    if (shown == "Basic bWFsbG9yeTpwYXNzd29yZA==") return FakeAnswer{.status = 401};
    return FakeAnswer{.body = R"({"token":"T","expires_in":100})"};
  }};
  Exchanger exchanger_{{http::Url::parse("https://reg.example").value(),
                        "reg.example",
                        client_,
                        client_,
                        own_,
                        {},
                        clock_,
                        observer_}};
  const Wish own_wish_{"team/app", "repository:team/app:pull"};
};

TEST_F(TenantTokens, AreEachTenantsAlone) {
  ASSERT_TRUE(authorize(wish_of("alice")).ok());

  EXPECT_EQ(client_.authorizations(), std::vector<std::string>{"Basic YWxpY2U6cGFzc3dvcmQ="});
  EXPECT_EQ(exchanger_.remembered(wish_of("alice")), "Bearer T");
  EXPECT_EQ(exchanger_.remembered(wish_of("bob")), std::nullopt);
  EXPECT_EQ(exchanger_.remembered(own_wish_), std::nullopt);
}

TEST_F(TenantTokens, PushOutNoneOfLardersOwn) {
  ASSERT_TRUE(authorize(own_wish_).ok());
  clock_.advance(1s);

  for (std::size_t i = 0; i <= Renewals::kKeysMax; ++i) {
    ASSERT_TRUE(authorize(wish_of("tenant-" + std::to_string(i))).ok());
  }

  EXPECT_EQ(exchanger_.remembered(own_wish_), "Bearer T");
}

TEST_F(TenantTokens, PushOutTheOneThatWasUsedLongestAgo) {
  ASSERT_TRUE(authorize(wish_of("alice")).ok());
  clock_.advance(1s);
  ASSERT_TRUE(authorize(wish_of("bob")).ok());
  clock_.advance(1s);
  ASSERT_TRUE(exchanger_.remembered(wish_of("alice")));

  for (std::size_t i = 0; i < Renewals::kKeysMax - 1; ++i) {
    ASSERT_TRUE(authorize(wish_of("tenant-" + std::to_string(i))).ok());
  }

  EXPECT_TRUE(exchanger_.remembered(wish_of("alice")));
  EXPECT_FALSE(exchanger_.remembered(wish_of("bob")));
}

TEST_F(TenantTokens, AreNotAskedForBehindATenantsBack) {
  ASSERT_TRUE(authorize(wish_of("alice")).ok());
  ASSERT_TRUE(exchanger_.remembered(wish_of("alice")));
  clock_.advance(50s);

  EXPECT_FALSE(exchanger_.wants_renewal());
  exchanger_.renew_due({});

  EXPECT_EQ(client_.count(), 1U);
}

TEST_F(TenantTokens, LeaveNoPasswordBehind) {
  Wish wish = wish_of("alice");
  const std::weak_ptr<const Tenant> alice = wish.as;

  ASSERT_TRUE(authorize(wish).ok());
  wish.as.reset();

  EXPECT_TRUE(alice.expired());
}

TEST_F(TenantTokens, WhichArePasswordsEndFifteenMinutesAfterTheirLastUse) {
  ASSERT_TRUE(authorize(wish_of("alice"), kPasswordWanted).ok());

  clock_.advance(15min - 1s);
  EXPECT_TRUE(exchanger_.remembered(wish_of("alice")));
  clock_.advance(15min - 1s);
  EXPECT_TRUE(exchanger_.remembered(wish_of("alice")));
  clock_.advance(15min);
  EXPECT_FALSE(exchanger_.remembered(wish_of("alice")));
}

TEST_F(TenantTokens, AreNoNewsForOperators) {
  ASSERT_TRUE(authorize(wish_of("alice")).ok());
  ASSERT_FALSE(authorize(wish_of("mallory")).ok());

  EXPECT_TRUE(observer_.told().empty());
  EXPECT_TRUE(exchanger_.facts().empty());
}

}  // namespace
}  // namespace larder::auth
