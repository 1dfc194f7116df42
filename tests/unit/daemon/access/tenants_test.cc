// Who a tenant is, and how long what he showed is kept.
#include "daemon/access/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace larder::access {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class TenantsTest : public ::testing::Test {
 protected:
  std::string id_of(const std::string& username, const std::string& password) {
    return shown_to(tenants_, username, password);
  }
  static std::string shown_to(Tenants& tenants, const std::string& username,
                              const std::string& password) {
    const auto subject = tenants.check({username, password, {}, "node", "10.0.0.1:1"});
    return subject.ok() ? subject->name : describe(subject.error());
  }

  testing::FakeClock clock_;
  Tenants tenants_{"key", 15min, clock_};
};

TEST_F(TenantsTest, AreTakenWhateverTheyShowForItIsFoundOutLater) {
  const auto subject = tenants_.check({"jane", "hunter2", {}, "node", "10.0.0.1:1"});

  ASSERT_TRUE(subject.ok());
  EXPECT_EQ(subject->kind, tokens::Subject::Kind::tenant);
  EXPECT_EQ(subject->stamp, "") << "so that he gets no refresh token";
  EXPECT_EQ(tenants_.find(subject->name)->credential, (auth::Credential{"jane", "hunter2"}));
}

TEST_F(TenantsTest, AreCalledByAKeyedHashOfWhatTheyShowed) {
  const std::string id = id_of("jane", "hunter2");
  Tenants others("another key", 15min, clock_);

  EXPECT_THAT(id, MatchesRegex("tenant-[0-9a-f]{32}"));
  EXPECT_EQ(id_of("jane", "hunter2"), id);
  EXPECT_NE(id_of("jane", "hunter3"), id);
  EXPECT_NE(id_of("jan", "ehunter2"), id);
  EXPECT_NE(shown_to(others, "jane", "hunter2"), id);
}

TEST_F(TenantsTest, KeepTheirIdsOverARestart) {
  Tenants restarted("key", 15min, clock_);

  EXPECT_EQ(shown_to(restarted, "jane", "hunter2"), id_of("jane", "hunter2"));
}

TEST_F(TenantsTest, WithoutAUsernameShowAnIdentityToken) {
  const auto tenant = tenants_.find(id_of("", "token"));

  EXPECT_EQ(tenant->credential, (auth::Credential{.identity_token = "token"}));
}

TEST_F(TenantsTest, ShowSomethingOfABoundedSize) {
  EXPECT_THAT(id_of("jane", ""), HasSubstr("denied: "));
  EXPECT_THAT(id_of("j", std::string(16 * 1024, 'x')), HasSubstr("denied: "));
  EXPECT_THAT(id_of("j", std::string(16 * 1024 - 1, 'x')), Not(HasSubstr("denied")));
}

TEST_F(TenantsTest, AreForgottenWhenTheyWereNotUsedForAWhile) {
  const auto id = id_of("jane", "hunter2");

  clock_.advance(15min - 1s);
  EXPECT_NE(tenants_.find(id), nullptr);
  clock_.advance(15min - 1s);
  EXPECT_NE(tenants_.find(id), nullptr) << "that was a use";
  clock_.advance(15min);
  EXPECT_EQ(tenants_.find(id), nullptr);
  EXPECT_EQ(tenants_.find("tenant-0"), nullptr);
}

TEST_F(TenantsTest, LeaveNothingInMemoryWhenTheyAreForgotten) {
  const std::weak_ptr<const auth::Tenant> tenant = tenants_.find(id_of("jane", "hunter2"));

  clock_.advance(15min - 1ns);
  tenants_.maintain();
  EXPECT_FALSE(tenant.expired());
  clock_.advance(1ns);
  tenants_.maintain();
  EXPECT_TRUE(tenant.expired());
}

TEST_F(TenantsTest, AreKeptForRequestsUnderWay) {
  const auto id = id_of("jane", "hunter2");
  const auto tenant = tenants_.find(id);

  clock_.advance(15min);

  EXPECT_EQ(tenants_.find(id), nullptr);
  EXPECT_EQ(tenant->credential.password, "hunter2");
}

TEST_F(TenantsTest, MakeRoomForOthersByForgettingWhoWasUsedLongestAgo) {
  const auto first = id_of("0", "x");
  const auto second = id_of("1", "x");
  clock_.advance(1s);
  ASSERT_NE(tenants_.find(first), nullptr);

  for (std::size_t i = 2; i <= Tenants::kTenantsMax; ++i) id_of(std::to_string(i), "x");

  EXPECT_EQ(tenants_.find(second), nullptr);
  EXPECT_NE(tenants_.find(first), nullptr);
}

TEST_F(TenantsTest, ThatWereProvenStayWhenManyOthersCome) {
  const std::string proven = id_of("proven", "x");
  tenants_.note_proven(proven);
  clock_.advance(1s);
  const std::string stranger = id_of("stranger", "x");

  for (std::size_t i = 0; i < 2 * Tenants::kTenantsMax; ++i) id_of(std::to_string(i), "x");

  EXPECT_TRUE(tenants_.is_proven(proven));
  EXPECT_NE(tenants_.find(proven), nullptr);
  EXPECT_EQ(tenants_.find(stranger), nullptr);
  EXPECT_FALSE(tenants_.is_proven(stranger));
}

TEST_F(TenantsTest, CannotBeLookedUpByName) {
  EXPECT_FALSE(tenants_.stamp(id_of("jane", "hunter2")).has_value());
}

}  // namespace
}  // namespace larder::access
