#include <gtest/gtest.h>

#include "daemon/auth/policy/policy.h"
#include "tests/support/random.h"
#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

using Json = nlohmann::json;

// Alice may pull what is Docker's, nobody may pull redis but service accounts.
constexpr char kTwoStatements[] = R"({"Statement": [
    {"Sid": "Docker", "Effect": "Allow", "Principal": {"User": "alice"},
     "Action": "registry:Pull", "Resource": "docker.io/*"},
    {"Effect": "Deny", "Principal": {"User": "*"}, "Action": "*",
     "Resource": "docker.io/library/redis"}]})";

PolicyRequest alice_pulls_of(std::string_view resource) {
  PolicyRequest request = alice_pulls();
  request.resource = resource;
  return request;
}

TEST(Decide, AllowsWhatAStatementAllows) {
  const Policy policy = parsed(kTwoStatements);

  const Decision decision = decide(policy, alice_pulls_of("docker.io/library/nginx"));

  EXPECT_EQ(decision, (Decision{Verdict::allowed, 0}));
  EXPECT_EQ(describe(policy, decision), "allowed by Docker");
}

TEST(Decide, DeniesWhatAStatementDenies) {
  const Policy policy = parsed(kTwoStatements);

  const Decision decision = decide(policy, alice_pulls_of("docker.io/library/redis"));

  EXPECT_EQ(decision, (Decision{Verdict::denied, 1}));
  EXPECT_EQ(describe(policy, decision), "denied by Statement[1]");
}

TEST(Decide, DeniesWhatNoStatementSpeaksOf) {
  const Policy policy = parsed(kTwoStatements);

  const Decision decision = decide(policy, alice_pulls_of("quay.io/a/b"));

  EXPECT_EQ(decision, (Decision{Verdict::implicitly_denied, std::nullopt}));
  EXPECT_EQ(describe(policy, decision), "denied: no statement allows it");
}

TEST(Decide, DeniesByAPolicyThatIsEmpty) {
  EXPECT_FALSE(decide(Policy(), alice_pulls()).is_allowed());
}

Json statement_that(const char* effect) {
  return {{"Effect", effect}, {"Principal", "*"}, {"Action", "*"}, {"Resource", "*"}};
}

// Up to 20 statements in random order, one of which denies.
TEST(Decide, LetsDenyWinWhateverTheOrder) {
  testing::Random random(1);
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = random.between(1, 20);
    const std::size_t denying = random.below(count);
    Json document;
    for (std::size_t i = 0; i < count; ++i) {
      document["Statement"].push_back(statement_that(i == denying ? "Deny" : "Allow"));
    }

    EXPECT_EQ(decide(parsed(document.dump()), alice_pulls()),
              (Decision{Verdict::denied, static_cast<std::uint32_t>(denying)}));
  }
}

}  // namespace
}  // namespace larder::policy
