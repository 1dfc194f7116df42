// What a listener that checks tokens answers itself, and what it hands to the registry.
#include "daemon/access/listener_front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "daemon/auth/tokens/token_issuer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/access/request_to_listener.h"

namespace larder::access {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class AskedRegistry final : public http::Handler {
 public:
  http::Response handle(const http::Request& request) override {
    asked.push_back(request.method + " " + request.target);
    return {.status = 299, .headers = {}, .body = "", .content_length = {}};
  }
  void finished(const http::Request& request, const http::Exchange& exchange) override {
    asked.push_back("finished " + request.target + " " + std::to_string(exchange.status));
  }
  std::vector<std::string> asked;
};

class NobodyMay final : public tokens::AccessDecider {
  bool may(const tokens::AccessQuestion&) const override { return false; }
};

class QuietTokens final : public tokens::TokenObserver {
  void token_asked(const tokens::TokenEvent&) override {}
};

class ListenerFrontTest : public ::testing::Test {
 protected:
  http::Response ask(const std::string& method, const std::string& target) {
    auto request = testing::request_to(target);
    request.method = method;
    return front_.handle(request);
  }
  static std::string text(const http::Response& response) {
    return std::get<std::string>(response.body);
  }

  const testing::TempDirectory directory_;
  testing::FakeClock clock_;
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "larder"};
  const tokens::TokenIssuer issuer_{rules_, *keys_, clock_};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  NobodyMay decider_;
  QuietTokens observer_;
  tokens::TokenService tokens_{{.anonymous = true}, issuer_, verifier_, decider_, observer_};
  AskedRegistry registry_;
  ListenerFront front_{tokens_, *keys_, nullptr, registry_};
};

TEST_F(ListenerFrontTest, GivesTokens) {
  const auto reply = ask("GET", "/token?service=larder&scope=repository:reg.test/app:pull");

  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(text(reply), HasSubstr("\"access_token\":\""));
  EXPECT_THAT(registry_.asked, IsEmpty());
}

TEST_F(ListenerFrontTest, PublishesTheKeysAndNothingSecretOfThem) {
  const auto reply = ask("GET", "/.well-known/jwks.json");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(reply), keys_->ring()->jwks());
  EXPECT_THAT(text(reply), HasSubstr("\"kid\":\"" + keys_->ring()->keys()[0].key.kid() + "\""));
  EXPECT_THAT(text(reply), Not(HasSubstr("\"d\"")));
}

TEST_F(ListenerFrontTest, PublishesTheKeysAsCertificates) {
  const auto reply = ask("GET", "/token/certificates.pem");

  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(text(reply), StartsWith("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_THAT(text(reply), Not(HasSubstr("PRIVATE")));
}

TEST_F(ListenerFrontTest, AnswersForTheKeysWithoutLookingAtAQuery) {
  EXPECT_EQ(ask("GET", "/.well-known/jwks.json?x=y").status, 200);
  EXPECT_EQ(ask("HEAD", "/.well-known/jwks.json").status, 200);
  EXPECT_EQ(ask("HEAD", "/token/certificates.pem?").status, 200);
  EXPECT_THAT(registry_.asked, IsEmpty());
}

TEST_F(ListenerFrontTest, HandsAllElseToTheRegistry) {
  EXPECT_EQ(ask("GET", "/v2/").status, 299);
  EXPECT_EQ(ask("GET", "/token/").status, 299);
  EXPECT_EQ(ask("POST", "/.well-known/jwks.json").status, 299);

  EXPECT_THAT(registry_.asked,
              ElementsAre("GET /v2/", "GET /token/", "POST /.well-known/jwks.json"));
}

TEST_F(ListenerFrontTest, AnswersForEcrWhereItStandsForRegistries) {
  auto request = testing::request_to("/");
  request.method = "POST";
  request.headers.add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
  UsedSignatures used(clock_);
  EcrApi ecr({.clock = clock_, .observer = observer_, .used = used});
  ListenerFront with_ecr(tokens_, *keys_, &ecr, registry_);

  EXPECT_EQ(with_ecr.handle(request).headers.find("x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_EQ(front_.handle(request).status, 299);
  EXPECT_EQ(with_ecr.handle(testing::request_to("/")).status, 299);
}

TEST_F(ListenerFrontTest, TellsTheRegistryWhatBecameOfEachExchange) {
  http::Exchange exchange;
  exchange.status = 200;

  front_.finished(testing::request_to("/token"), exchange);

  EXPECT_THAT(registry_.asked, ElementsAre("finished /token 200"));
}

}  // namespace
}  // namespace larder::access
