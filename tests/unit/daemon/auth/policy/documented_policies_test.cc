// What docs/policy.md shows is valid and does what it says there.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

std::vector<std::string> json_blocks_of_the_page() {
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../../../..";
  std::ifstream page(root / "docs/policy.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```json") blocks.emplace_back();
    if (inside && line != "```") blocks.back() += line + "\n";
    inside = line == "```json" || (inside && line != "```");
  }
  return blocks;
}

std::string told(std::size_t block, const PolicyRequest& request) {
  const Policy policy = parsed(json_blocks_of_the_page().at(block));
  return describe(policy, decide(policy, request));
}

PolicyRequest from(const char* address, std::string_view resource) {
  PolicyRequest request = web_pulls();
  request.source_ip = parse_address(address);
  request.resource = resource;
  return request;
}

TEST(DocumentedPolicies, AreValid) {
  EXPECT_EQ(json_blocks_of_the_page().size(), 4U);
  for (const std::string& block : json_blocks_of_the_page()) EXPECT_EQ(problems_of(block), "");
}

TEST(DocumentedPolicies, LetANamespacePullItsOwn) {
  EXPECT_EQ(told(0, from("10.1.2.3", "quay.io/shop/app")), "allowed by OwnRepositories");
  EXPECT_EQ(told(0, from("10.1.2.3", "quay.io/bank/app")), "denied: no statement allows it");
  EXPECT_EQ(told(0, from("10.66.2.3", "quay.io/shop/app")), "denied by NotFromTheGuestNetwork");
}

TEST(DocumentedPolicies, ShareWhatIsShared) {
  EXPECT_EQ(told(1, from("10.1.2.3", "quay.io/shop/app")), "allowed by Shop");
  EXPECT_EQ(told(1, alice_pulls()), "allowed by Shared");
  EXPECT_EQ(told(1, nobody_pulls()), "denied: no statement allows it");
}

TEST(DocumentedPolicies, KeepToTheNetworkAndToTls) {
  PolicyRequest plain = from("10.1.2.3", "quay.io/shop/app");
  plain.is_secure = false;

  EXPECT_EQ(told(2, from("10.1.2.3", "quay.io/a")), "allowed by All");
  EXPECT_EQ(told(2, from("192.0.2.1", "quay.io/a")), "denied by PrivateNetwork");
  EXPECT_EQ(told(2, plain), "denied by Encrypted");
}

TEST(DocumentedPolicies, EndWithTheContract) {
  PolicyRequest carol = alice_pulls();
  carol.subject = "carol";
  carol.resource = "quay.io/shop/app";
  PolicyRequest later = carol;
  later.time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 2 / 1));

  EXPECT_EQ(told(3, carol), "allowed by Contractor");
  EXPECT_EQ(told(3, later), "denied: no statement allows it");
}

TEST(DocumentedPolicies, TrustAJobOfOneIssuer) {
  PolicyRequest job = alice_pulls();
  job.kind = SubjectKind::oidc;
  job.subject = "repo:shop/app:ref:refs/heads/main";
  job.issuer = "github";
  job.resource = "quay.io/shop/app";
  PolicyRequest impostor = job;
  impostor.issuer = "gitlab";

  EXPECT_EQ(told(3, job), "allowed by CI");
  EXPECT_EQ(told(3, impostor), "denied: no statement allows it");
}

}  // namespace
}  // namespace larder::policy
