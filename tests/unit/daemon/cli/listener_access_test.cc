// What listeners that check who asks stand on, from a config to their answers.
#include "daemon/cli/listener_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <set>

#include "tests/unit/daemon/cli/listener_access_fixture.h"

namespace larder::cli {
namespace {

using config::ListenerAuth;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ListenerAccessTest = ListenerAccessFixture;

TEST_F(ListenerAccessTest, MakesKeysForItsOwnEyesOnTheFirstStart) {
  ASSERT_TRUE(open().ok());

  EXPECT_EQ(mode_of("auth"), 0700U);
  EXPECT_EQ(mode_of("auth/keys.json"), 0600U);
  EXPECT_EQ(mode_of("auth/tenants.key"), 0600U);
  EXPECT_EQ(content("auth/tenants.key").size(), 32U);
}

// Over TLS with the certificate of node-1, as `aws ecr get-login-password` asks.
http::Request certified_ecr_call(const std::string& listener) {
  http::Request request{"POST", "/", {}, "127.0.0.1:1", listener, "{}"};
  request.headers.add("Host", "127.0.0.1:5050");
  request.headers.add("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
  request.tls =
      std::make_shared<http::TlsPeer>(http::TlsPeer{"", http::PeerCertificate{"node-1", {}, {}}});
  return request;
}

TEST_F(ListenerAccessTest, AnswersForEcrWhereAListenerHasHosts) {
  for (auto& one : config_.listeners) one.hosts = {"*.amazonaws.com"};
  config_.listeners.push_back(listener("plain", ListenerAuth::required));
  const auto access = *open();
  const auto called = [&](const std::string& name) {
    return access->front(name, registry_).handle(certified_ecr_call(name));
  };

  EXPECT_EQ(called("endpoint").status, 200);
  EXPECT_EQ(called("node").headers.find("x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_EQ(called("open").status, 299);
  EXPECT_EQ(called("plain").status, 299);
}

TEST_F(ListenerAccessTest, TakesAccessKeysOfAFileThatOnlyItsOwnerReads) {
  config_.tokens.access_keys_file = directory_.path() / "access-keys";
  std::ofstream(config_.tokens.access_keys_file) << "# none yet\n";

  ::chmod(config_.tokens.access_keys_file.c_str(), 0644);
  EXPECT_THAT(why_not(), HasSubstr("tokens.access_keys: "));
  ::chmod(config_.tokens.access_keys_file.c_str(), 0600);
  const auto access = *open();
  std::ofstream(config_.tokens.access_keys_file) << "what is this?\n";
  access->maintain();
  EXPECT_THAT(observer_.troubles, ElementsAre("access keys: invalid"));
}

TEST_F(ListenerAccessTest, TriesAPolicyInADryRun) {
  auto& open_one = config_.listeners[2];
  open_one.policy_file = directory_.path() / "policy.json";
  std::ofstream(open_one.policy_file)
      << R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})";
  const registry::RegistryPath path{registry::RouteKind::manifest, "app", "7", ""};
  const auto is_refused = [&] {
    auto what = target();
    return (*open())->gates().at("open")->refuse({"GET", "", {}, "unix", "open"}, path, what);
  };

  EXPECT_TRUE(is_refused().has_value());
  open_one.policy_mode = config::PolicyMode::dry_run;
  EXPECT_FALSE(is_refused().has_value());

  EXPECT_THAT(observer_.decisions, ElementsAre("deny", "would deny"));
}

TEST_F(ListenerAccessTest, KeepsTheKeysItFinds) {
  ASSERT_TRUE(open().ok());
  const auto keys = content("auth/keys.json");
  const auto tenants = content("auth/tenants.key");

  ASSERT_TRUE(open().ok());

  EXPECT_EQ(content("auth/keys.json"), keys);
  EXPECT_EQ(content("auth/tenants.key"), tenants);
}

TEST_F(ListenerAccessTest, TakesTheFileOfKeysThatTheConfigNames) {
  config_.tokens.keys.file = directory_.path() / "shared.json";

  ASSERT_TRUE(open().ok());

  EXPECT_EQ(mode_of("shared.json"), 0600U);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "auth/keys.json"));
}

TEST_F(ListenerAccessTest, MakesNoKeysThatItMayOnlyRead) {
  config_.tokens.keys.file = directory_.path() / "shared.json";
  config_.tokens.keys.read_only = true;

  EXPECT_THAT(why_not(), HasSubstr("not_found: token keys: "));
}

TEST_F(ListenerAccessTest, LeavesListenersThatAskNobodyAlone) {
  const auto access = *open();
  std::set<std::string> gated;
  for (const auto& [name, gate] : access->gates()) gated.insert(name);

  EXPECT_THAT(gated, ElementsAre("endpoint", "node"));
  EXPECT_EQ(&access->front("open", registry_), &registry_);
  EXPECT_EQ(&access->front("nobody", registry_), &registry_);
}

TEST_F(ListenerAccessTest, WritesNothingWhereNobodyIsAsked) {
  config_.listeners = {listener("open", ListenerAuth::none)};
  config_.tokens.htpasswd_file = "/nonexistent";

  const auto access = open();

  ASSERT_TRUE(access.ok());
  EXPECT_THAT((*access)->gates(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "auth"));
}

TEST_F(ListenerAccessTest, GatesAListenerWithAPolicyAloneAndGivesItNoTokens) {
  config_.listeners = {listener("open", ListenerAuth::none)};
  config_.listeners[0].policy_file = directory_.path() / "policy.json";
  std::ofstream(config_.listeners[0].policy_file)
      << R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",)"
      << R"("Action":"*","Resource":"*"}]})";
  const auto access = *open();

  EXPECT_EQ(access->gates().count("open"), 1U);
  EXPECT_EQ(&access->front("open", registry_), &registry_);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "auth"));
}

TEST_F(ListenerAccessTest, GivesTokensWhoseKeysItPublishes) {
  const auto access = *open();

  EXPECT_EQ(ask(*access, "endpoint", "/.well-known/jwks.json").status, 200);
  EXPECT_EQ(ask(*access, "endpoint", "/token?service=larder").status, 401) << "nobody is known";
  EXPECT_EQ(ask(*access, "node", "/token?service=larder-tenant").status, 200);
  EXPECT_EQ(ask(*access, "node", "/v2/").status, 299);
}

// What proves a tenant is checked only when it is used, so his token is nothing elsewhere.
TEST_F(ListenerAccessTest, KeepsTokensOfTenantsFromOtherListeners) {
  const auto access = *open();
  const std::string reply =
      text(ask(*access, "node", "/token?service=larder-tenant", "Basic eDp5"));
  const auto from = reply.find("\"token\":\"") + 9;
  http::Request request{"GET", "/v2/", {}, "127.0.0.1:1", "endpoint"};
  request.headers.add("Host", "127.0.0.1:5050");
  request.headers.add("Authorization",
                      "Bearer " + reply.substr(from, reply.find('"', from) - from));
  const auto gates = access->gates();

  EXPECT_FALSE(gates.at("node")->refuse_ping(request).has_value());
  EXPECT_TRUE(gates.at("endpoint")->refuse_ping(request).has_value());
}

TEST_F(ListenerAccessTest, KnowsUsersOfTheHtpasswdFile) {
  config_.tokens.htpasswd_file = directory_.path() / "htpasswd";
  std::ofstream(config_.tokens.htpasswd_file)
      << "alice:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
  const auto access = *open();

  EXPECT_EQ(ask(*access, "endpoint", "/token?service=larder", "Basic YWxpY2U6VSpV").status, 200);
  EXPECT_EQ(ask(*access, "endpoint", "/token?service=larder", "Basic YWxpY2U6eA==").status, 401);
}

TEST_F(ListenerAccessTest, DoesNotStartWithoutTheNodesNameThatAVariableIsToTell) {
  ::unsetenv("LARDER_TEST_NODE");
  config_.tokens.issuers = {cluster()};
  config_.tokens.issuers[0].node_env = "LARDER_TEST_NODE";
  EXPECT_EQ(why_not(),
            "invalid: token issuer cluster: node_env names the variable LARDER_TEST_NODE, which is "
            "empty");

  ASSERT_EQ(::setenv("LARDER_TEST_NODE", "", 1), 0);
  EXPECT_THAT(why_not(), HasSubstr("which is empty"));
  ::unsetenv("LARDER_TEST_NODE");
}

TEST_F(ListenerAccessTest, TakesTokensOfPodsOnThisNodeAlone) {
  config_.tokens.issuers = {cluster()};
  config_.tokens.issuers[0].node_env = "LARDER_TEST_NODE";
  ASSERT_EQ(::setenv("LARDER_TEST_NODE", "n1", 1), 0);
  const auto here = *open();
  ASSERT_EQ(::setenv("LARDER_TEST_NODE", "n2", 1), 0);
  const auto there = *open();
  ::unsetenv("LARDER_TEST_NODE");

  EXPECT_EQ(ask(*here, "endpoint", "/token?service=larder", pod_basic()).status, 200);
  EXPECT_EQ(ask(*there, "endpoint", "/token?service=larder", pod_basic()).status, 401);
}

TEST_F(ListenerAccessTest, NamesWhatStandsInTheWay) {
  config_.tokens.htpasswd_file = "/nonexistent/htpasswd";
  EXPECT_THAT(why_not(), HasSubstr("/nonexistent/htpasswd"));

  config_.tokens.htpasswd_file = "";
  config_.listeners[1].policy_file = "/nonexistent/policy.json";
  EXPECT_THAT(why_not(), ::testing::AllOf(HasSubstr("listener endpoint"),
                                          HasSubstr("/nonexistent/policy.json")));
}

TEST_F(ListenerAccessTest, TellsOfKeysThatCanNoLongerBeRead) {
  const auto access = *open();
  std::ofstream(directory_.path() / "auth/keys.json") << "{";

  access->maintain();

  EXPECT_THAT(observer_.troubles, ElementsAre("token keys: invalid"));
}

}  // namespace
}  // namespace larder::cli
