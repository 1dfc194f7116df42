// The token endpoint for those who have a refresh token of its own.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/daemon/auth/tokens/token_service_fixture.h"

namespace larder::tokens {
namespace {

using std::chrono::seconds;

class RefreshTest : public TokenServiceFixture {
 protected:
  std::string refresh_token() {
    const auto response = get("offline_token=true&scope=repository:a:pull", kAliceBasic);
    return body_of(response)["refresh_token"].get<std::string>();
  }
  http::Response refresh(const std::string& token) {
    return post(
        "grant_type=refresh_token&service=node-mirror&scope=repository:b:pull"
        "&refresh_token=" +
        token);
  }
};

TEST_F(RefreshTest, GivesTokensForTheSameSubject) {
  const std::string token = refresh_token();
  clock_.advance(std::chrono::hours(2));

  const auto response = refresh(token);

  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(claims_in(response).subject.name, "alice");
  EXPECT_EQ(scope_text(claims_in(response).access), "repository:b:pull");
  EXPECT_EQ(body_of(response)["refresh_token"], token);
}

TEST_F(RefreshTest, EndsWithItsLife) {
  const std::string token = refresh_token();
  clock_.advance(std::chrono::hours(24));

  EXPECT_EQ(body_of(refresh(token))["error"], "invalid_grant");
}

TEST_F(RefreshTest, EndsWhenTheUserGoesOrHasAnotherPassword) {
  const std::string token = refresh_token();
  write_users(kOtherLine);
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 400);

  write_users(std::string(kAliceLine).replace(0, 5, "bobby"));
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 400);

  write_users(kAliceLine);
  clock_.advance(seconds(2));
  EXPECT_EQ(refresh(token).status, 200);
}

TEST_F(RefreshTest, TakesNoAccessToken) {
  const auto access = body_of(get("", kAliceBasic))["token"].get<std::string>();

  EXPECT_EQ(refresh(access).status, 400);
  EXPECT_FALSE(verifier_.verify(refresh_token()).ok());
}

TEST_F(RefreshTest, IsBoundToTheEndOfASubjectToken) {
  const auto first =
      post("grant_type=password&access_type=offline&username=any&password=" + workload_token(600));
  const std::string token = body_of(first)["refresh_token"].get<std::string>();
  clock_.advance(seconds(500));

  const auto second = refresh(token);
  ASSERT_EQ(second.status, 200);
  EXPECT_LE(body_of(second)["expires_in"], 100);
  clock_.advance(seconds(100));
  EXPECT_EQ(refresh(token).status, 400);
}

}  // namespace
}  // namespace larder::tokens
