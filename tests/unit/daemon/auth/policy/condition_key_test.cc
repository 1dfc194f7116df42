#include "daemon/auth/policy/condition_key.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/auth/policy/policies.h"

namespace larder::policy {
namespace {

TEST(ConditionKey, IsFoundInWhateverCase) {
  EXPECT_EQ(find_condition_key("registry:SourceIp"), ConditionKey::source_ip);
  EXPECT_EQ(find_condition_key("REGISTRY:sourceip"), ConditionKey::source_ip);
  EXPECT_EQ(find_condition_key("SourceIp"), std::nullopt);
  EXPECT_EQ(find_condition_key("aws:SourceIp"), std::nullopt);
}

TEST(ConditionKey, HasAName) {
  EXPECT_EQ(to_string(ConditionKey::repository), "registry:Repository");
  EXPECT_EQ(names_of_condition_keys(KeyType::texts), "registry:Groups");
  EXPECT_EQ(find_condition_key(to_string(ConditionKey::groups)), ConditionKey::groups);
}

TEST(ConditionKey, ReadsTheRequest) {
  const PolicyRequest request = web_pulls();
  const Facts facts(request);

  EXPECT_EQ(facts.text_of(ConditionKey::listener), "node");
  EXPECT_EQ(facts.text_of(ConditionKey::subject), "system:serviceaccount:shop:web");
  EXPECT_EQ(facts.text_of(ConditionKey::subject_kind), "service-account");
  EXPECT_EQ(facts.text_of(ConditionKey::issuer), "cluster");
  EXPECT_EQ(facts.text_of(ConditionKey::kube_namespace), "shop");
  EXPECT_EQ(facts.text_of(ConditionKey::service_account), "shop/web");
  EXPECT_EQ(facts.text_of(ConditionKey::upstream), "docker.io");
  EXPECT_EQ(facts.text_of(ConditionKey::repository), "library/redis");
}

TEST(ConditionKey, IsMissingWhereTheRequestHasNoValue) {
  const PolicyRequest request = nobody_pulls();
  const Facts facts(request);

  for (const auto key : {ConditionKey::source_ip, ConditionKey::listener, ConditionKey::subject,
                         ConditionKey::issuer, ConditionKey::groups}) {
    EXPECT_TRUE(facts.is_missing(key)) << to_string(key);
  }
  for (const auto key : {ConditionKey::current_time, ConditionKey::secure_transport,
                         ConditionKey::subject_kind, ConditionKey::upstream}) {
    EXPECT_FALSE(facts.is_missing(key)) << to_string(key);
  }
}

TEST(SubjectKind, HasANameEach) {
  EXPECT_EQ(find_subject_kind("oidc"), SubjectKind::oidc);
  EXPECT_EQ(to_string(SubjectKind::certificate), "certificate");
  EXPECT_EQ(find_subject_kind("robot"), std::nullopt);
}

}  // namespace
}  // namespace larder::policy
