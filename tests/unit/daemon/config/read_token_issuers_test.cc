#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

std::string with_issuers(const std::string& elements) {
  return "tokens:\n  issuers:\n  - " + elements;
}

TokenIssuer only_issuer(const std::string& settings) {
  return parsed(with_issuers("{" + settings + "}")).tokens.issuers.at(0);
}

TEST(TokenIssuers, NeedANameAnIssuerAndAnAudience) {
  EXPECT_EQ(only_issuer("name: ci, issuer: 'https://ci.example', audiences: [node-mirror, b]"),
            (TokenIssuer{"ci", "https://ci.example", {"node-mirror", "b"}}));
}

TEST(TokenIssuers, MayBeAClusters) {
  const TokenIssuer issuer = only_issuer(
      "name: cluster, issuer: 'https://kubernetes.default.svc', audiences: [a], kubernetes: true, "
      "node_env: NODE_NAME, jwks_url: 'https://10.0.0.1:6443/openid/v1/jwks', ca: /run/ca.crt, "
      "bearer_token_file: /run/token");

  EXPECT_EQ(issuer, (TokenIssuer{.name = "cluster",
                                 .issuer = "https://kubernetes.default.svc",
                                 .audiences = {"a"},
                                 .kubernetes = true,
                                 .node_env = "NODE_NAME",
                                 .jwks_url = "https://10.0.0.1:6443/openid/v1/jwks",
                                 .ca_file = "/run/ca.crt",
                                 .bearer_token_file = "/run/token"}));
}

TEST(TokenIssuers, MayBeKnownByAFileOrADocumentElsewhere) {
  const TokenIssuer by_file = only_issuer(
      "name: a, issuer: kubernetes/serviceaccount, audiences: [a], jwks_file: /etc/jwks, "
      "kubernetes: true, node: node-1.example");
  const TokenIssuer by_document = only_issuer(
      "name: a, issuer: 'https://b2c', audiences: [a], discovery_url: 'https://b2c/x?p=policy'");

  EXPECT_EQ(by_file.jwks_file, "/etc/jwks");
  EXPECT_EQ(by_file.node, "node-1.example");
  EXPECT_EQ(by_document.discovery_url, "https://b2c/x?p=policy");
}

TEST(TokenIssuers, MayBePlainHttpThroughout) {
  EXPECT_EQ(
      only_issuer("name: a, issuer: 'http://i', audiences: [a], jwks_url: 'http://i/k'").jwks_url,
      "http://i/k");
}

TEST(TokenIssuers, MayBeTheSameForOtherAudiences) {
  EXPECT_THAT(parsed(with_issuers("{name: a, issuer: 'https://i', audiences: [a]}\n"
                                  "  - {name: b, issuer: 'https://i', audiences: [b]}"))
                  .tokens.issuers,
              SizeIs(2));
}

TEST(TokenIssuers, HaveNamesOfTheirOwn) {
  EXPECT_EQ(problems_of(with_issuers("{name: a, issuer: 'https://i', audiences: [a]}\n"
                                     "  - {name: a, issuer: 'https://j', audiences: [a]}")),
            "f.yaml:4: tokens.issuers[1].name: got \"a\", expected another than line 3 has");
}

TEST(TokenIssuers, AreNotForTheSameTokens) {
  EXPECT_EQ(problems_of(with_issuers("{name: a, issuer: 'https://i', audiences: [x, y]}\n"
                                     "  - {name: b, issuer: 'https://i', audiences: [z, y]}")),
            "f.yaml:4: tokens.issuers[1].audiences: got \"y\", expected another than line 3 has");
}

TEST(TokenIssuers, AreAtMostThirtyTwo) {
  std::string list = "x";
  for (int i = 0; i < 32; ++i) list += "\n  - x";

  EXPECT_EQ(problems_of(with_issuers(list)),
            "f.yaml:2: tokens.issuers: got 33 issuers, expected at most 32");
}

struct BadIssuer {
  std::string yaml;   // of one element
  std::string start;  // of the problem, after "f.yaml:3: tokens.issuers[0]"
  std::string what;
};

class BadIssuers : public TestWithParam<BadIssuer> {};

TEST_P(BadIssuers, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of(with_issuers(GetParam().yaml));

  EXPECT_THAT(problems, StartsWith("f.yaml:3: tokens.issuers[0]" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
  EXPECT_THAT(problems, Not(HasSubstr("hunter2")));
}

BadIssuer beside_the_rest(const std::string& settings, const std::string& start,
                          const std::string& what) {
  return {"{name: a, issuer: 'https://i', audiences: [a], " + settings + "}", start, what};
}

INSTANTIATE_TEST_SUITE_P(
    Needed, BadIssuers,
    Values(BadIssuer{"a", "", "a mapping"},
           BadIssuer{"{issuer: 'https://i', audiences: [a]}", ".name", "got nothing"},
           BadIssuer{"{name: A, issuer: 'https://i', audiences: [a]}", ".name", "a-z, 0-9 and -"},
           BadIssuer{"{name: a, audiences: [a]}", ".issuer", "got nothing"},
           BadIssuer{"{name: a, issuer: 'a b', audiences: [a]}", ".issuer", "what tokens have"},
           BadIssuer{"{name: a, issuer: 'https://i'}", ".audiences", "got nothing"},
           BadIssuer{"{name: a, issuer: 'https://i', audiences: []}", ".audiences",
                     "an empty list"},
           BadIssuer{"{name: a, issuer: 'https://i', audiences: a}", ".audiences", "a list"},
           BadIssuer{"{name: a, issuer: 'https://i', audiences: ['']}", ".audiences[0]", "aud"},
           BadIssuer{"{name: a, issuer: 'https://i', audiences: [x, x]}", ".audiences",
                     "another than line 3"},
           BadIssuer{"{name: a, issuer: kubernetes/serviceaccount, audiences: [a]}", ".jwks_file",
                     "the issuer is no URL to ask"}));

INSTANTIATE_TEST_SUITE_P(
    Table, BadIssuers,
    Values(beside_the_rest("kubernetes: 1", ".kubernetes", "true or false"),
           beside_the_rest("node: n", ".node", "only with kubernetes: true"),
           beside_the_rest("node_env: N", ".node_env", "only with kubernetes: true"),
           beside_the_rest("kubernetes: true, node: N_1", ".node", "the name of a node"),
           beside_the_rest("kubernetes: true, node_env: N-1", ".node_env", "environment variable"),
           beside_the_rest("kubernetes: true, node: n, node_env: N", ".node_env", "one of them"),
           beside_the_rest("jwks_file: jwks", ".jwks_file", "an absolute path"),
           beside_the_rest("jwks_file: /f, jwks_url: 'https://i'", ".jwks_url", "one place"),
           beside_the_rest("jwks_file: /f, discovery_url: 'https://i'", ".discovery_url",
                           "one place"),
           beside_the_rest("jwks_url: 'https://i', discovery_url: 'https://i'", ".discovery_url",
                           "got it and jwks_url"),
           beside_the_rest("jwks_url: 'http://i/keys'", ".jwks_url", "plain http"),
           beside_the_rest("discovery_url: 'http://i/keys'", ".discovery_url", "plain http"),
           beside_the_rest("jwks_url: i/keys", ".jwks_url", "scheme"),
           beside_the_rest("jwks_url: 'https://u:hunter2@i'", ".jwks_url", "password"),
           beside_the_rest("jwks_url: [x]", ".jwks_url", "got a list"),
           beside_the_rest("ca: ca.pem", ".ca", "an absolute path"),
           beside_the_rest("bearer_token_file: hunter2", ".bearer_token_file", "something else"),
           beside_the_rest("jwks_file: /f, ca: /c", ".ca", "only without jwks_file"),
           beside_the_rest("jwks_file: /f, bearer_token_file: /b", ".bearer_token_file",
                           "only without jwks_file"),
           beside_the_rest("algorithms: [none]", ".algorithms", "an unknown key")));

}  // namespace
}  // namespace larder::config
