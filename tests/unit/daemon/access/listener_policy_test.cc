// How a subject of tokens and a request become a policy's question.
#include "daemon/access/listener_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_directory.h"

namespace larder::access {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tokens::Subject;

class DecisionLines final : public DecisionObserver, public policy::PolicyObserver {
 public:
  void policy_decided(const PolicyDecision& decision) override {
    lines.push_back(std::string(decision.listener) + ": " + std::string(decision.subject_kind) +
                    " " + std::string(decision.subject) + " from " + std::string(decision.peer) +
                    " " + std::string(decision.action) + " " + std::string(decision.resource) +
                    (decision.reference.empty() ? "" : " at " + std::string(decision.reference)) +
                    (decision.is_secure ? " by TLS" : "") +
                    (decision.is_allowed ? " allowed, " : " denied, ") +
                    std::string(decision.reason) + (decision.is_dry_run ? ", dry run" : ""));
  }
  void token_rejected(const TokenRejection&) override {}
  void policy_reloaded(const std::filesystem::path&, const policy::Policy&) override {}
  void policy_kept(const std::filesystem::path&, const Error&) override {}
  std::vector<std::string> lines;
};

class ListenerPolicyTest : public ::testing::Test {
 protected:
  // A policy that allows what one statement says.
  ListenerPolicy policy_that_allows(const std::string& elements,
                                    PolicyMode mode = PolicyMode::enforced) {
    const auto path = directory_.path() / "policy.json";
    std::ofstream(path) << R"({"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow",)"
                        << elements << "}]}";
    auto file = policy::PolicyFile::open(path, clock_, observer_);
    EXPECT_TRUE(file.ok()) << file.error().context;
    return {"node", *std::move(file), clock_, observer_, mode};
  }
  ListenerPolicy policy_for(const std::string& principal) {
    return policy_that_allows(R"("Principal":)" + principal +
                              R"(,"Action":"registry:Pull","Resource":"*")");
  }
  static bool may_pull(const ListenerPolicy& policy, const Subject& subject,
                       const std::string& peer = "10.1.2.3:51324") {
    return policy.allows({subject, policy::Action::pull, "reg.test/app", peer}).may_go_on;
  }

  const testing::TempDirectory directory_;
  testing::FakeClock clock_;
  DecisionLines observer_;
  const Subject user_{.kind = Subject::Kind::user, .name = "web"};
  const Subject certificate_{.kind = Subject::Kind::certificate, .name = "web"};
  const Subject tenant_{.kind = Subject::Kind::tenant, .name = "web"};
};

TEST_F(ListenerPolicyTest, WithoutAFileAllowsAllAndSaysNothing) {
  const ListenerPolicy policy("node", nullptr, clock_, observer_);

  EXPECT_TRUE(may_pull(policy, Subject{}));
  EXPECT_TRUE(policy.allows({user_, policy::Action::remove, "reg.test/app", "unix"}).may_go_on);
  EXPECT_THAT(observer_.lines, IsEmpty());
}

TEST_F(ListenerPolicyTest, TellsUsersAndCertificatesOfOneNameApart) {
  const auto policy = policy_for(R"({"User":"web"})");

  EXPECT_TRUE(may_pull(policy, user_));
  EXPECT_FALSE(may_pull(policy, certificate_));
  EXPECT_FALSE(may_pull(policy, Subject{}));
}

TEST_F(ListenerPolicyTest, KnowsServiceAccountsByNamespaceAndName) {
  const auto policy = policy_for(R"({"ServiceAccount":"shop/*"})");
  Subject subject{.kind = Subject::Kind::service_account,
                  .name = "system:serviceaccount:shop:web",
                  .issuer = "cluster",
                  .namespace_name = "shop",
                  .service_account = "web"};

  EXPECT_TRUE(may_pull(policy, subject));
  subject.namespace_name = "other";
  EXPECT_FALSE(may_pull(policy, subject));
}

TEST_F(ListenerPolicyTest, KnowsSubjectsOfOtherIssuersByTheIssuerToo) {
  const auto policy = policy_that_allows(
      R"("Principal":{"Oidc":"repo:team/*"},"Action":"registry:Pull","Resource":"*",)"
      R"("Condition":{"StringEquals":{"registry:Issuer":"ci"}})");
  Subject subject{.kind = Subject::Kind::oidc, .name = "repo:team/app", .issuer = "ci"};

  EXPECT_TRUE(may_pull(policy, subject));
  subject.issuer = "elsewhere";
  EXPECT_FALSE(may_pull(policy, subject));
}

TEST_F(ListenerPolicyTest, KnowsTheGroupsOfASubject) {
  const auto policy = policy_for(R"({"Group":"dev"})");
  Subject subject{.kind = Subject::Kind::oidc, .name = "jane", .groups = {"ops", "dev"}};

  EXPECT_TRUE(may_pull(policy, subject));
  subject.groups = {"ops"};
  EXPECT_FALSE(may_pull(policy, subject));
}

TEST_F(ListenerPolicyTest, CallsKindsOfSubjectsAsPoliciesDo) {
  for (const char* kind : {"anonymous", "user", "service-account", "oidc", "certificate"}) {
    const auto policy = policy_that_allows(
        R"("Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":)"
        R"({"registry:SubjectKind":")" +
        std::string(kind) + "\"}}");

    EXPECT_TRUE(may_pull(policy, {.kind = *tokens::parse_subject_kind(kind), .name = "x"})) << kind;
  }
}

TEST_F(ListenerPolicyTest, KnowsNoNameOfATenant) {
  EXPECT_FALSE(may_pull(policy_for(R"({"Subject":"*"})"), tenant_));
  EXPECT_TRUE(may_pull(policy_for("\"*\""), tenant_));
  EXPECT_FALSE(
      may_pull(policy_that_allows(R"("Principal":"*","Action":"*","Resource":"*",)"
                                  R"("Condition":{"StringEquals":{"registry:Subject":"web"}})"),
               tenant_));
}

TEST_F(ListenerPolicyTest, SeesListenerAddressAndTime) {
  const auto policy =
      policy_that_allows(R"("Principal":"*","Action":"*","Resource":"*","Condition":{)"
                         R"("StringEquals":{"registry:Listener":"node"},)"
                         R"("IpAddress":{"registry:SourceIp":"10.0.0.0/8"},)"
                         R"("DateLessThan":{"registry:CurrentTime":"2026-11-14"}})");

  EXPECT_TRUE(may_pull(policy, user_));
  EXPECT_FALSE(may_pull(policy, user_, "192.0.2.1:51324"));
  EXPECT_FALSE(may_pull(policy, user_, "unix"));
  clock_.advance(std::chrono::hours(24 * 3 * 366));
  EXPECT_FALSE(may_pull(policy, user_));
}

TEST_F(ListenerPolicyTest, SeesWhetherTheRequestCameOverTls) {
  const auto policy =
      policy_that_allows(R"("Principal":"*","Action":"*","Resource":"*",)"
                         R"("Condition":{"Bool":{"registry:SecureTransport":true}})");
  const auto may = [&](bool is_secure) {
    return policy.allows({user_, policy::Action::pull, "reg.test/app", "unix", is_secure})
        .may_go_on;
  };
  const auto may_have_a_token = [&](bool is_secure) {
    return policy.may({user_, "repository", "reg.test/app", "pull", "node", "unix", is_secure});
  };

  EXPECT_TRUE(may(true));
  EXPECT_FALSE(may(false));
  EXPECT_TRUE(may_have_a_token(true));
  EXPECT_FALSE(may_have_a_token(false));
}

TEST_F(ListenerPolicyTest, RefusesNothingInADryRunAndTellsWhatItWouldHave) {
  const auto policy = policy_that_allows(
      R"("Principal":{"User":"web"},"Action":"registry:Pull","Resource":"*")", PolicyMode::dry_run);

  EXPECT_TRUE(may_pull(policy, user_, "unix"));
  EXPECT_TRUE(may_pull(policy, certificate_, "unix"));
  EXPECT_TRUE(policy.may({certificate_, "repository", "reg.test/app", "pull", "node", "unix"}));

  EXPECT_THAT(observer_.lines,
              ElementsAre("node: user web from unix registry:Pull reg.test/app allowed, "
                          "allowed by One, dry run",
                          "node: certificate web from unix registry:Pull reg.test/app denied, "
                          "denied: no statement allows it, dry run",
                          "node: certificate web from unix registry:Pull reg.test/app denied, "
                          "denied: no statement allows it, dry run"));
}

TEST_F(ListenerPolicyTest, SaysWhyARequestMayGoOn) {
  const std::string user_pulls =
      R"("Principal":{"User":"web"},"Action":"registry:Pull","Resource":"*")";
  const auto policy = policy_that_allows(user_pulls);
  const auto tried = policy_that_allows(user_pulls, PolicyMode::dry_run);
  const auto reason = [](const ListenerPolicy& one, const Subject& subject) {
    return one.allows({subject, policy::Action::pull, "reg.test/app", "unix"}).reason;
  };

  EXPECT_EQ(reason(policy, user_), "allowed by One");
  EXPECT_EQ(reason(policy, certificate_), "denied: no statement allows it");
  EXPECT_EQ(reason(tried, user_), "allowed by One");
  EXPECT_EQ(reason(tried, certificate_), "dry run: denied: no statement allows it");
}

TEST_F(ListenerPolicyTest, GrantsNoTokenForMoreThanReadingInADryRunEither) {
  const auto policy =
      policy_that_allows(R"("Principal":"*","Action":"*","Resource":"*")", PolicyMode::dry_run);

  EXPECT_FALSE(policy.may({user_, "repository", "reg.test/app", "push", "node", "unix"}));
}

TEST_F(ListenerPolicyTest, TellsWhatWasAskedForToTheTag) {
  const auto policy = policy_for("\"*\"");

  (void)policy.allows({user_, policy::Action::pull, "reg.test/app", "10.1.2.3:1", true, "v1"});

  EXPECT_THAT(observer_.lines,
              ElementsAre("node: user web from 10.1.2.3:1 registry:Pull reg.test/app at v1 by TLS "
                          "allowed, allowed by One"));
}

TEST_F(ListenerPolicyTest, TellsWhatItDecidedAndWhy) {
  const auto policy = policy_for(R"({"User":"web"})");

  (void)may_pull(policy, user_);
  (void)policy.allows({Subject{}, policy::Action::list, "reg.test/app", "unix"});

  EXPECT_THAT(observer_.lines,
              ElementsAre("node: user web from 10.1.2.3:51324 registry:Pull reg.test/app allowed, "
                          "allowed by One",
                          "node: anonymous  from unix registry:List reg.test/app denied, "
                          "denied: no statement allows it"));
}

TEST_F(ListenerPolicyTest, GrantsTokensForReadingRepositoriesAlone) {
  const auto policy = policy_that_allows(R"("Principal":"*","Action":"*","Resource":"*")");
  const auto may = [&](std::string_view type, std::string_view action) {
    return policy.may({user_, type, "reg.test/app", action, "node", "unix"});
  };

  EXPECT_TRUE(may("repository", "pull"));
  EXPECT_FALSE(may("repository", "push"));
  EXPECT_FALSE(may("repository", "*"));
  EXPECT_FALSE(may("registry", "pull"));
}

TEST_F(ListenerPolicyTest, GrantsTokensForWhatItAllows) {
  const auto policy =
      policy_that_allows(R"("Principal":"*","Action":"registry:Pull","Resource":"reg.test/app")");

  EXPECT_TRUE(policy.may({user_, "repository", "reg.test/app", "pull", "node", "unix"}));
  EXPECT_FALSE(policy.may({user_, "repository", "reg.test/other", "pull", "node", "unix"}));
}

// Clients ask for "pull" whatever they are about to read, and the gate asks again for what it is.
TEST_F(ListenerPolicyTest, GrantsPullTokensForReadingOfAnyKind) {
  for (const char* action : {"registry:List", "registry:Referrers"}) {
    const auto policy = policy_that_allows(R"("Principal":"*","Resource":"*","Action":")" +
                                           std::string(action) + "\"");

    EXPECT_TRUE(policy.may({user_, "repository", "reg.test/app", "pull", "node", "unix"}))
        << action;
    EXPECT_FALSE(may_pull(policy, user_)) << action;
  }
  const auto pushes =
      policy_that_allows(R"("Principal":"*","Resource":"*","Action":"registry:Push")");
  EXPECT_FALSE(pushes.may({user_, "repository", "reg.test/app", "pull", "node", "unix"}));
}

TEST_F(ListenerPolicyTest, TellsOfATokenWhatDecidedIt) {
  const auto policy =
      policy_that_allows(R"("Principal":{"User":"web"},"Action":"registry:List","Resource":"*")");

  (void)policy.may({user_, "repository", "reg.test/app", "pull", "node", "unix"});
  (void)policy.may({Subject{}, "repository", "reg.test/app", "pull", "node", "unix"});

  EXPECT_THAT(observer_.lines,
              ElementsAre("node: user web from unix registry:List reg.test/app allowed, "
                          "allowed by One",
                          "node: anonymous  from unix registry:Pull reg.test/app denied, "
                          "denied: no statement allows it"));
}

}  // namespace
}  // namespace larder::access
