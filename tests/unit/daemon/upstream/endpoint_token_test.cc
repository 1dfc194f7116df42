// Challenges: which are answered, with what, and what the sink gets to see.
#include "tests/unit/daemon/upstream/endpoint_fixture.h"

namespace larder::upstream {
namespace {

TEST_F(EndpointTest, AnswersAChallengeAndAsksAgain) {
  answer({bearer_challenge(), token("T"), {.body = "hello"}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->urls(),
            (Strings{"GET https://reg.example/v2/team/app/blobs/x",
                     "GET https://auth.reg.example/token?service=reg&scope=repository%3Ateam%2Fapp"
                     "%3Apull",
                     "GET https://reg.example/v2/team/app/blobs/x"}));
  EXPECT_EQ(client_->authorizations(),
            (Strings{"(none)", "Basic dXNlcjpwYXNzd29yZA==", "Bearer T"}));
  EXPECT_EQ(response_.heads(), 1);
  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(EndpointTest, AsksForATokenByTheNameTheRegistryGivesTheRepository) {
  answer({bearer_challenge(), token("T"), {}}, "https://reg.example/v2/dockerhub");

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->urls()[1],
            "GET https://auth.reg.example/token?service=reg&scope=repository%3Adockerhub%2Fteam"
            "%2Fapp%3Apull");
}

TEST_F(EndpointTest, TellsOfAChallengeThatCannotBeRead) {
  answer({{.status = 401, .headers = {{"WWW-Authenticate", "Bearer realm=\"unended"}}}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(response_.status(), 401);
  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(observer_.told().back(), "docker.io reg.example useless invalid");
}

TEST_F(EndpointTest, UsesATokenAgain) {
  answer({bearer_challenge(), token("T"), {}, {}});
  ASSERT_TRUE(send().ok());

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->count(), 4U);
  EXPECT_EQ(client_->authorizations().back(), "Bearer T");
}

TEST_F(EndpointTest, ReplacesATokenThatIsRefused) {
  answer({bearer_challenge(), token("old"), {}, bearer_challenge(), token("new"), {}});
  ASSERT_TRUE(send().ok());

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->authorizations(),
            (Strings{"(none)", "Basic dXNlcjpwYXNzd29yZA==", "Bearer old", "Bearer old",
                     "Basic dXNlcjpwYXNzd29yZA==", "Bearer new"}));
}

// The token server took the first one, and gave a token that is worth nothing here.
TEST_F(EndpointTest, OffersTheNextCredentialWhenATokenIsRefused) {
  credentials_ = {{"a", "b"}, {"c", "d"}};
  answer({bearer_challenge(), token("A"), bearer_challenge(), token("C"), {.body = "hello"}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->authorizations(),
            (Strings{"(none)", "Basic YTpi", "Bearer A", "Basic Yzpk", "Bearer C"}));
  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(EndpointTest, GivesTheLastRefusalToTheSinkWhenNoCredentialIsLeft) {
  credentials_ = {{"a", "b"}, {"c", "d"}};
  const auto basic = challenge("Basic realm=\"reg\"");
  answer({basic, basic, basic});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->authorizations(), (Strings{"(none)", "Basic YTpi", "Basic Yzpk"}));
  EXPECT_EQ(response_.status(), 401);
}

TEST_F(EndpointTest, GivesASecondRefusalToTheSink) {
  answer({bearer_challenge(), token("T"), bearer_challenge()});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(response_.status(), 401);
  EXPECT_EQ(client_->count(), 3U);
}

TEST_F(EndpointTest, GivesRefusalsNobodyCanAnswerToTheSink) {
  for (const auto& refusal : {FakeAnswer{.status = 401}, FakeAnswer{.status = 403},
                              challenge("\"malformed"), FakeAnswer{.status = 404}}) {
    answer({refusal});

    EXPECT_TRUE(send().ok());
    EXPECT_EQ(response_.status(), refusal.status);
    EXPECT_EQ(client_->count(), 1U);
  }
}

TEST_F(EndpointTest, ReadsAllChallengesItIsGiven) {
  answer({{.status = 401,
           .headers = {{"WWW-Authenticate", "Negotiate"},
                       {"WWW-Authenticate", "\"malformed"},
                       {"WWW-Authenticate", "Basic realm=x"}}},
          {}});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(client_->authorizations().back(), "Basic dXNlcjpwYXNzd29yZA==");
}

TEST_F(EndpointTest, IsDeniedWhenTheRealmIsOutsideTheBoundary) {
  answer({challenge(R"(Bearer realm="https://evil.example/token")")});

  EXPECT_EQ(describe(send().error()),
            "denied: reg.example: the token realm evil.example is outside the trust boundary, "
            "which `realms` widens");

  EXPECT_EQ(client_->count(), 1U);
  EXPECT_EQ(response_.heads(), 0);
}

TEST_F(EndpointTest, AnswersNoChallengeOfAnotherHost) {
  answer({redirect("https://cdn.example/b"), challenge("Basic realm=x")});

  ASSERT_TRUE(send().ok());

  EXPECT_EQ(response_.status(), 401);
  EXPECT_EQ(client_->authorizations(), (Strings{"(none)", "(none)"}));
}

}  // namespace
}  // namespace larder::upstream
