// Logging in at a listener as at ECR: what proves who asks, and what they get.
#include "daemon/access/ecr_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/auth/aws/ecr_answer.h"
#include "daemon/auth/tokens/identity_tokens.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::access {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tokens::Subject;

const aws::Keys kNodes{"AKIDLARDERNODE000001", "0123456789abcdefghijABCDEFGHIJ0123456789", "", {}};
const aws::Keys kForeign{
    "ASIAFOREIGN000000001", "a-secret-that-only-amazon-knows-00000000", "", {}};
constexpr const char* kGetToken = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

class TokenLines final : public tokens::TokenObserver {
 public:
  void token_asked(const tokens::TokenEvent& event) override {
    lines.push_back(std::string(event.endpoint) + " " + std::string(event.outcome) + " " +
                    std::string(event.subject_kind) + " " + std::string(event.subject) + ": " +
                    std::string(event.cause));
  }
  std::vector<std::string> lines;
};

class EcrApiTest : public ::testing::Test {
 protected:
  http::Request call() const {
    http::Request request{"POST", "/", {}, "10.1.2.3:51324", "endpoint", body_};
    request.headers.add("Host", "api.ecr.eu-west-1.amazonaws.com");
    request.headers.add("X-Amz-Target", operation_);
    return request;
  }
  http::Request call_signed_with(const aws::Keys& keys, const std::string& service = "ecr") const {
    http::ClientRequest sent;
    sent.method = "POST";
    sent.url = http::Url::parse("https://api.ecr.eu-west-1.amazonaws.com/").value();
    sent.headers.add("X-Amz-Target", operation_);
    sent.body = body_;
    aws::sign(sent, keys, {"eu-west-1", service}, clock_.wall());
    auto request = call();
    for (const auto& [name, value] : sent.headers.fields()) request.headers.set(name, value);
    return request;
  }
  // The same with the certificate of node-1.
  http::Request certified(http::Request request) const {
    const auto end = clock_.wall() + std::chrono::hours(1);
    request.tls = std::make_shared<http::TlsPeer>(
        http::TlsPeer{"", http::PeerCertificate{"node-1", {}, end}, "r1"});
    return request;
  }
  EcrApiParts parts() {
    return {
        clock_, observer_, used_, &issuer_, access_keys_.get(), false, {"api.ecr.*.amazonaws.com"}};
  }
  // Whom the token in the answer names; else the error.
  std::string given(const http::Request& request) { return given(request, parts()); }
  std::string given(const http::Request& request, const EcrApiParts& parts) {
    const auto answer = EcrApi(parts).answer(request);
    body_of_answer_ = std::get<std::string>(answer.body);
    if (answer.status != 200) {
      return std::string(answer.headers.find("x-amzn-ErrorType").value_or("nothing"));
    }
    const auto credential = aws::parse_authorization(body_of_answer_);
    const auto subject = identities_.check(credential->password, request);
    return credential->username + " " + std::string(to_string(subject->kind)) + " " + subject->name;
  }

  const testing::TempDirectory directory_;
  testing::FakeClock clock_;
  TokenLines observer_;
  UsedSignatures used_{clock_};
  std::unique_ptr<tokens::SigningKeys> keys_ =
      *tokens::SigningKeys::open({.file = directory_.path() / "keys.json"}, clock_);
  const tokens::TokenRules rules_{.issuer = "larder", .service = "larder"};
  const tokens::TokenIssuer issuer_{rules_, *keys_, clock_};
  tokens::TokenVerifier verifier_{rules_, *keys_, clock_};
  std::unique_ptr<tokens::AccessKeyFile> access_keys_ = [this] {
    const auto file = directory_.path() / "access-keys";
    std::ofstream(file) << kNodes.access_key_id << " " << kNodes.secret_access_key << " nodes\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    return *tokens::AccessKeyFile::open(file, clock_);
  }();
  tokens::IdentityTokens identities_{verifier_, access_keys_.get(), /*takes_anonymous=*/true};
  std::string operation_ = kGetToken;
  std::string body_ = "{}";
  std::string body_of_answer_;
};

TEST_F(EcrApiTest, GivesATokenForASignatureWithAKnownKey) {
  EXPECT_EQ(given(call_signed_with(kNodes)), "AWS user nodes");

  EXPECT_THAT(body_of_answer_,
              HasSubstr("\"proxyEndpoint\":\"https://api.ecr.eu-west-1.amazonaws.com\""));
  EXPECT_THAT(observer_.lines, ElementsAre("ecr issued user nodes: "));
}

// The credential helper takes no other endpoint than the registry's own.
TEST_F(EcrApiTest, NamesTheRegistryThatIsAskedForWhereItIsSigned) {
  body_ = R"({"registryIds":["123456789012"]})";

  EXPECT_EQ(given(call_signed_with(kNodes)), "AWS user nodes");
  EXPECT_THAT(body_of_answer_,
              HasSubstr("\"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com\""));
}

TEST_F(EcrApiTest, GivesOneForEcrPublicToo) {
  operation_ = "SpencerFrontendService.GetAuthorizationToken";

  EXPECT_EQ(given(call_signed_with(kNodes, "ecr-public")), "AWS user nodes");
  EXPECT_EQ(given(call_signed_with(kNodes, "ecr")), "InvalidSignatureException");
}

TEST_F(EcrApiTest, RefusesAKeyThatItDoesNotKnow) {
  EXPECT_EQ(given(call_signed_with(kForeign)), "UnrecognizedClientException");

  EXPECT_THAT(observer_.lines,
              ElementsAre("ecr invalid_grant  : UnrecognizedClientException: the access key "
                          "ASIAFOREIGN000000001 is not known"));
}

TEST_F(EcrApiTest, RefusesASignatureThatIsWrongEvenWithACertificate) {
  auto keys = kNodes;
  keys.secret_access_key += "x";

  EXPECT_EQ(given(call_signed_with(keys)), "InvalidSignatureException");
  EXPECT_EQ(given(certified(call_signed_with(keys))), "InvalidSignatureException");

  EXPECT_THAT(observer_.lines[0],
              AllOf(HasSubstr(" AKIDLARDERNODE000001 of nodes: the signature does not match"),
                    StartsWith("ecr invalid_grant")));
}

TEST_F(EcrApiTest, RefusesASignatureOfAnotherTime) {
  const auto request = call_signed_with(kNodes);
  clock_.advance(std::chrono::minutes(16));

  EXPECT_EQ(given(request), "InvalidSignatureException");
  EXPECT_THAT(body_of_answer_, HasSubstr("Signature expired"));
}

TEST_F(EcrApiTest, GivesNothingForARequestThatSomebodyRecorded) {
  const auto request = call_signed_with(kNodes);
  ASSERT_EQ(given(request), "AWS user nodes");

  EXPECT_EQ(given(request), "ThrottlingException");
  EXPECT_THAT(observer_.lines.back(),
              HasSubstr("ecr temporarily_unavailable  : ThrottlingException: the access key "
                        "AKIDLARDERNODE000001 of nodes: the signature was used before"));
  auto open = parts();
  open.anonymous = true;
  EXPECT_EQ(given(request, open), "ThrottlingException");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(given(call_signed_with(kNodes)), "AWS user nodes");
}

// Nobody records what is encrypted, and nodes that share a key sign alike within a second.
TEST_F(EcrApiTest, GivesNodesThatShareAKeyTheirTokensOverTls) {
  const auto request = certified(call_signed_with(kNodes));

  EXPECT_EQ(given(request), "AWS user nodes");
  EXPECT_EQ(given(request), "AWS user nodes");
}

TEST_F(EcrApiTest, RefusesASignatureForAnotherPlace) {
  auto elsewhere = parts();
  elsewhere.hosts = {"*.dkr.ecr.us-east-1.amazonaws.com"};

  EXPECT_EQ(given(call_signed_with(kNodes), elsewhere), "InvalidSignatureException");
  EXPECT_THAT(observer_.lines.back(), HasSubstr("signed for api.ecr.eu-west-1.amazonaws.com"));
}

TEST_F(EcrApiTest, GivesATokenForACertificate) {
  EXPECT_EQ(given(certified(call())), "AWS certificate node-1");
  EXPECT_EQ(given(certified(call_signed_with(kForeign))), "AWS certificate node-1")
      << "AWS's clients sign with whatever they have";
  EXPECT_EQ(given(certified(call_signed_with(kNodes))), "AWS user nodes");
}

TEST_F(EcrApiTest, RefusesACertificateThatHasEndedOnItsConnection) {
  const auto request = certified(call());
  clock_.advance(std::chrono::hours(2));

  EXPECT_EQ(given(request), "ExpiredTokenException");
}

TEST_F(EcrApiTest, GivesNothingForNothingUnlessAnybodyMayHaveSome) {
  EXPECT_EQ(given(call()), "MissingAuthenticationTokenException");

  auto open = parts();
  open.anonymous = true;
  EXPECT_EQ(given(call(), open), "AWS anonymous ");
  EXPECT_EQ(given(call_signed_with(kForeign), open), "UnrecognizedClientException");
}

TEST_F(EcrApiTest, RefusesWhatIsNoSignature) {
  auto request = call();
  request.headers.add("Authorization", "Basic QVdTOng=");

  EXPECT_EQ(given(request), "IncompleteSignatureException");
}

TEST_F(EcrApiTest, OffersNoOtherOperation) {
  operation_ = "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories";

  EXPECT_EQ(given(call_signed_with(kNodes)), "UnknownOperationException");
  EXPECT_THAT(observer_.lines[0], StartsWith("ecr invalid_request"));
}

TEST_F(EcrApiTest, WithoutKeysKnowsNone) {
  auto without = parts();
  without.access_keys = nullptr;

  EXPECT_EQ(given(call_signed_with(kNodes), without), "UnrecognizedClientException");
}

TEST_F(EcrApiTest, TellsTenantsWhereToAsk) {
  auto tenants = parts();
  tenants.issuer = nullptr;

  EXPECT_EQ(given(certified(call_signed_with(kNodes)), tenants), "AccessDeniedException");
  EXPECT_THAT(body_of_answer_, HasSubstr("the registry's own API"));
  EXPECT_THAT(observer_.lines,
              ElementsAre("ecr access_denied  : AccessDeniedException: auth: tenant"));
}

}  // namespace
}  // namespace larder::access
