// Tokens: when they are asked for, how long they are kept, and who waits for whom.
#include "daemon/auth/exchanger.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/recording_renewals.h"

namespace larder::auth {
namespace {

using namespace std::chrono_literals;
using testing::FakeAnswer;
using testing::FakeClient;

constexpr const char* kScope = "repository:team/app:pull";
const Wish kWish{"team/app", kScope};

class FixedCredential final : public CredentialSource {
 public:
  Result<std::vector<Credential>> credentials(const CredentialQuestion&) override { return value; }
  Result<std::vector<Credential>> value = std::vector<Credential>();
};

FakeAnswer token(const std::string& value, int lifetime_seconds = 300) {
  return {.body = R"({"token":")" + value + R"(","expires_in":)" +
                  std::to_string(lifetime_seconds) + "}"};
}

const std::vector<Challenge> kBearer{
    {Challenge::Scheme::bearer, "https://auth.reg.example/token", "reg.example", kScope, ""}};
const std::vector<Challenge> kBasic{{Challenge::Scheme::basic, "Registry", "", "", ""}};

class ExchangerTest : public ::testing::Test {
 protected:
  // Requires: once per test, first.
  Exchanger& start(FakeClient::Answering answering) {
    client_.emplace(std::move(answering));
    return exchanger_.emplace(ExchangerParts{http::Url::parse("https://reg.example").value(),
                                             "docker.io",
                                             *client_,
                                             *client_,
                                             credentials_,
                                             {},
                                             clock_,
                                             observer_});
  }
  Exchanger& start(FakeAnswer answer) {
    return start([answer = std::move(answer)](const auto&) { return answer; });
  }
  Result<std::string> authorize(const std::vector<Challenge>& challenges) {
    return exchanger_->authorize(challenges, kWish, std::nullopt, {});
  }

  FixedCredential credentials_;
  testing::RecordingRenewals observer_;
  testing::FakeClock clock_;
  std::optional<FakeClient> client_;
  std::optional<Exchanger> exchanger_;
};

TEST_F(ExchangerTest, TurnsAChallengeIntoABearerToken) {
  auto& exchanger = start(token("T"));

  const auto authorization = authorize(kBearer);

  ASSERT_TRUE(authorization.ok()) << describe(authorization.error());
  EXPECT_EQ(*authorization, "Bearer T");
  EXPECT_EQ(exchanger.remembered(kWish), "Bearer T");
  EXPECT_EQ(client_->authorizations(), std::vector<std::string>{"(none)"});
}

TEST_F(ExchangerTest, ShowsTheCredentialToTheRealmOnly) {
  credentials_.value = std::vector{Credential{"user", "password"}};
  start(token("T"));

  ASSERT_EQ(*authorize(kBearer), "Bearer T");

  EXPECT_EQ(client_->authorizations(), std::vector<std::string>{"Basic dXNlcjpwYXNzd29yZA=="});
}

TEST_F(ExchangerTest, AnswersABasicChallengeWithoutARealm) {
  credentials_.value = std::vector{Credential{"AWS", "password"}};
  start(token("unused"));

  EXPECT_EQ(*authorize(kBasic), "Basic QVdTOnBhc3N3b3Jk");

  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(ExchangerTest, ExchangesAnIdentityTokenByPost) {
  credentials_.value = std::vector{Credential{.identity_token = "I+T"}};
  start(token("T"));

  ASSERT_EQ(*authorize(kBearer), "Bearer T");

  const auto request = client_->requests().front();
  EXPECT_EQ(request.method + " " + request.url.str(), "POST https://auth.reg.example/token");
  EXPECT_EQ(request.body,
            "grant_type=refresh_token&service=reg.example&client_id=larder"
            "&scope=repository%3Ateam%2Fapp%3Apull&refresh_token=I%2BT");
  EXPECT_EQ(client_->authorizations(), std::vector<std::string>{"(none)"});
}

TEST_F(ExchangerTest, SendsARegistryTokenAsItIs) {
  credentials_.value = std::vector{Credential{.registry_token = "R"}};
  start(token("unused"));

  EXPECT_EQ(*authorize(kBearer), "Bearer R");

  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(ExchangerTest, TriesOneCredentialAfterTheOther) {
  credentials_.value = std::vector{Credential{"a", "wrong"}, Credential{"b", "right"}};
  start([](const http::ClientRequest& request) {
    const bool is_right = request.headers.find("Authorization") == "Basic YjpyaWdodA==";
    return is_right ? token("T") : FakeAnswer{.status = 401};
  });

  EXPECT_EQ(*authorize(kBearer), "Bearer T");
  EXPECT_EQ(exchanger_->credentials(kWish), 2U);
  exchanger_->forget(kWish, "Bearer T");
  EXPECT_EQ(*authorize(kBearer), "Bearer T") << "of those behind it, the first is wrong again";
}

TEST_F(ExchangerTest, OffersTheNextCredentialOnceOneWasRefused) {
  credentials_.value = std::vector{Credential{"a", "b"}, Credential{"c", "d"}};
  start(token("unused"));

  ASSERT_EQ(*authorize(kBasic), "Basic YTpi");
  exchanger_->forget(kWish, "Basic YTpi");
  EXPECT_EQ(*authorize(kBasic), "Basic Yzpk");
  exchanger_->forget(kWish, "Basic Yzpk");
  EXPECT_EQ(*authorize(kBasic), "Basic YTpi");
}

TEST_F(ExchangerTest, LetsACredentialGoAtItsEnd) {
  credentials_.value =
      std::vector{Credential{.username = "AWS", .password = "p", .expires = clock_.wall() + 100s}};
  auto& exchanger = start(token("unused"));
  ASSERT_TRUE(authorize(kBasic).ok());

  clock_.advance(99s);
  EXPECT_TRUE(exchanger.remembered(kWish).has_value());
  clock_.advance(1s);
  EXPECT_FALSE(exchanger.remembered(kWish).has_value());
}

TEST_F(ExchangerTest, GetsATokenInUseAnewAtHalfItsLife) {
  int issued = 0;
  auto& exchanger =
      start([&](const http::ClientRequest&) { return token("T" + std::to_string(++issued), 100); });
  ASSERT_TRUE(authorize(kBearer).ok());
  ASSERT_EQ(exchanger.remembered(kWish), "Bearer T1");
  clock_.advance(49s);
  ASSERT_FALSE(exchanger.wants_renewal());

  clock_.advance(1s);
  ASSERT_TRUE(exchanger.wants_renewal());
  exchanger.renew_due({});

  EXPECT_EQ(exchanger.remembered(kWish), "Bearer T2");
  EXPECT_FALSE(exchanger.wants_renewal());
}

TEST_F(ExchangerTest, PrefersBearerToBasic) {
  credentials_.value = std::vector{Credential{"user", "password"}};
  start(token("T"));

  EXPECT_EQ(*authorize({kBasic.front(), kBearer.front()}), "Bearer T");
}

TEST_F(ExchangerTest, RemembersATokenUntilItsEnd) {
  auto& exchanger = start(token("T", 100));
  ASSERT_TRUE(authorize(kBearer).ok());

  clock_.advance(99s);
  EXPECT_EQ(exchanger.remembered(kWish), "Bearer T");
  clock_.advance(1s);
  EXPECT_EQ(exchanger.remembered(kWish), std::nullopt);
}

TEST_F(ExchangerTest, AsksNobodyForWhatItRemembers) {
  start(token("T"));
  ASSERT_TRUE(authorize(kBearer).ok());

  EXPECT_EQ(*authorize(kBearer), "Bearer T");

  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(ExchangerTest, KeepsScopesApart) {
  auto& exchanger = start(token("T"));
  ASSERT_TRUE(authorize(kBearer).ok());

  EXPECT_EQ(exchanger.remembered(Wish{"other/app", "repository:other/app:pull"}), std::nullopt);
}

TEST_F(ExchangerTest, ForgetsWhatWasRefusedAndNothingNewer) {
  auto& exchanger = start(token("T"));
  ASSERT_TRUE(authorize(kBearer).ok());

  exchanger.forget(kWish, "Bearer older");
  EXPECT_EQ(exchanger.remembered(kWish), "Bearer T");
  exchanger.forget(kWish, "Bearer T");
  EXPECT_EQ(exchanger.remembered(kWish), std::nullopt);
}

TEST_F(ExchangerTest, RemembersABoundedNumberOfScopes) {
  auto& exchanger = start(token("T"));
  for (int i = 0; i < 1025; ++i) {
    clock_.advance(1ms);
    ASSERT_TRUE(exchanger.authorize(kBearer, Wish{"", std::to_string(i)}, std::nullopt, {}).ok());
  }

  EXPECT_EQ(exchanger.remembered(Wish{"", "0"}), std::nullopt);
  EXPECT_TRUE(exchanger.remembered(Wish{"", "1"}).has_value());
  EXPECT_TRUE(exchanger.remembered(Wish{"", "1024"}).has_value());
}

TEST_F(ExchangerTest, UsesNoRealmOutsideTheBoundary) {
  credentials_.value = std::vector{Credential{"user", "password"}};
  start(token("T"));
  auto challenges = kBearer;
  challenges.front().realm = "https://evil.example/token?x=y";

  const auto authorization = authorize(challenges);

  EXPECT_EQ(
      describe(authorization.error()),
      "denied: the token realm evil.example is outside the trust boundary, which `realms` widens");
  EXPECT_EQ(client_->count(), 0U);
}

TEST_F(ExchangerTest, CannotAnswerOtherSchemesNorBasicWithoutACredential) {
  start(token("T"));

  EXPECT_EQ(authorize({{Challenge::Scheme::other, "", "", "", ""}}).error().code, Errc::denied);
  EXPECT_EQ(authorize({}).error().code, Errc::denied);
  EXPECT_EQ(authorize(kBasic).error().code, Errc::denied);
}

// not_found would be taken for an answer about the image.
TEST_F(ExchangerTest, IsDeniedWhenItsOwnSecretIsMissing) {
  credentials_.value = Error{Errc::not_found, "read /secret: No such file or directory"};
  start(token("T"));

  const auto authorization = authorize(kBearer);

  EXPECT_EQ(describe(authorization.error()),
            "denied: credential: read /secret: No such file or directory");
}

struct Refusal {
  int status;
  Errc code;
};

class Refusals : public ExchangerTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Refusals, OfARealmAreToldApart) {
  start(FakeAnswer{.status = GetParam().status, .body = "secret"});

  const auto authorization = authorize(kBearer);

  ASSERT_FALSE(authorization.ok());
  EXPECT_EQ(authorization.error().code, GetParam().code);
  EXPECT_EQ(authorization.error().context,
            "token realm auth.reg.example answers HTTP " + std::to_string(GetParam().status));
  EXPECT_EQ(exchanger_->remembered(kWish), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Table, Refusals,
                         ::testing::Values(Refusal{400, Errc::denied}, Refusal{401, Errc::denied},
                                           Refusal{403, Errc::denied}, Refusal{404, Errc::denied},
                                           Refusal{302, Errc::upstream_down},
                                           Refusal{429, Errc::upstream_down},
                                           Refusal{500, Errc::upstream_down}));

TEST_F(ExchangerTest, PassesOnWhatTheClientSays) {
  start(FakeAnswer{.error = Error{Errc::timeout, "auth.reg.example: first byte deadline passed"}});

  EXPECT_EQ(describe(authorize(kBearer).error()),
            "timeout: token: auth.reg.example: first byte deadline passed");
}

// Answers once all threads but the leader have had the time to come and wait, or to come later and
// find the token: none may ask again either way.
TEST_F(ExchangerTest, AsksOnceForSixteenThreads) {
  std::latch all_came(16);
  start([&](const auto&) {
    all_came.wait();
    return token("T");
  });
  std::atomic<int> granted = 0;
  std::vector<std::jthread> threads;

  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      all_came.count_down();
      const auto authorization = authorize(kBearer);
      if (authorization.ok() && *authorization == "Bearer T") ++granted;
    });
  }
  threads.clear();

  EXPECT_EQ(granted, 16);
  EXPECT_EQ(client_->count(), 1U);
}

// A realm that keeps its caller waiting until told.
class WaitingRealm : public ExchangerTest {
 protected:
  void start_waiting() {
    start([this](const auto&) {
      asked_.count_down();
      answer_.wait();
      return result_;
    });
  }

  std::latch asked_{1};
  std::latch answer_{1};
  FakeAnswer result_ = token("T");
};

TEST_F(WaitingRealm, KeepsAThreadNoLongerThanItsDeadline) {
  start_waiting();
  std::jthread leader([this] { EXPECT_TRUE(authorize(kBearer).ok()); });
  asked_.wait();

  const auto waited =
      exchanger_->authorize(kBearer, kWish, std::chrono::steady_clock::now() + 20ms, {});

  EXPECT_EQ(waited.error().code, Errc::timeout);
  answer_.count_down();
}

TEST_F(WaitingRealm, LetsAThreadGoThatIsStopped) {
  start_waiting();
  std::jthread leader([this] { EXPECT_TRUE(authorize(kBearer).ok()); });
  asked_.wait();
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });

  const auto waited = exchanger_->authorize(kBearer, kWish, std::nullopt, stop.get_token());

  EXPECT_EQ(waited.error().code, Errc::cancelled);
  answer_.count_down();
}

// The first to ask is stopped; whoever waited for it must ask again, not fail with it.
TEST_F(ExchangerTest, LetsAnotherLeadWhenTheLeaderIsStopped) {
  std::latch asked(1);
  std::latch joined(1);
  std::atomic<int> round = 0;
  start([&](const auto&) -> FakeAnswer {
    if (round++ > 0) return token("T");
    asked.count_down();
    joined.wait();
    return {.error = Error{Errc::cancelled, "stopped"}};
  });
  std::jthread leader([&] { EXPECT_EQ(authorize(kBearer).error().code, Errc::cancelled); });
  asked.wait();
  std::jthread waiter([&] { EXPECT_EQ(*authorize(kBearer), "Bearer T"); });

  joined.count_down();
}

}  // namespace
}  // namespace larder::auth
