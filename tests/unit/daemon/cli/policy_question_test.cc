#include "daemon/cli/policy_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::cli {
namespace {

using policy::SubjectKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

PolicyOptions redis_pull() {
  PolicyOptions options;
  options.action = "registry:Pull";
  options.resource = "docker.io/library/redis";
  return options;
}

std::string refusal(const PolicyOptions& options) {
  PolicyQuestion question(options);
  return question.request().error().context;
}

TEST(PolicyQuestion, AsksForNobodyInParticular) {
  PolicyQuestion question(redis_pull());

  const policy::PolicyRequest request = question.request().value();

  EXPECT_EQ(request.action, policy::Action::pull);
  EXPECT_EQ(request.resource, "docker.io/library/redis");
  EXPECT_EQ(request.kind, SubjectKind::anonymous);
  EXPECT_EQ(request.subject, "");
  EXPECT_EQ(request.source_ip, std::nullopt);
  EXPECT_FALSE(request.is_secure);
  EXPECT_GT(request.time, WallTime(std::chrono::seconds(1'700'000'000)));
}

TEST(PolicyQuestion, AsksForAUserByDefault) {
  PolicyOptions options = redis_pull();
  options.subject = "alice";
  options.groups = {"dev", "ops"};
  options.listener = "node";
  options.source_ip = "10.1.2.3";
  options.time = "2023-11-14T22:13:20Z";
  options.is_secure = true;
  PolicyQuestion question(options);

  const policy::PolicyRequest request = question.request().value();

  EXPECT_EQ(request.kind, SubjectKind::user);
  EXPECT_EQ(request.subject, "alice");
  EXPECT_THAT(request.groups, ElementsAre("dev", "ops"));
  EXPECT_EQ(request.listener, "node");
  EXPECT_EQ(request.source_ip, policy::parse_address("10.1.2.3"));
  EXPECT_EQ(request.time, WallTime(std::chrono::seconds(1'700'000'000)));
  EXPECT_TRUE(request.is_secure);
}

struct AccountCase {
  const char* subject;
  const char* kube_namespace;
  const char* service_account;
};

class ServiceAccountOptions : public ::testing::TestWithParam<AccountCase> {};

TEST_P(ServiceAccountOptions, SayTheRest) {
  PolicyOptions options = redis_pull();
  options.subject = GetParam().subject;
  options.kube_namespace = GetParam().kube_namespace;
  options.service_account = GetParam().service_account;
  PolicyQuestion question(options);

  const policy::PolicyRequest request = question.request().value();

  EXPECT_EQ(request.kind, SubjectKind::service_account);
  EXPECT_EQ(request.subject, "system:serviceaccount:shop:web");
  EXPECT_EQ(request.kube_namespace, "shop");
  EXPECT_EQ(request.service_account, "shop/web");
}

INSTANTIATE_TEST_SUITE_P(
    Policy, ServiceAccountOptions,
    ::testing::Values(AccountCase{"", "", "shop/web"}, AccountCase{"", "shop", "web"},
                      AccountCase{"", "shop", "shop/web"},
                      AccountCase{"system:serviceaccount:shop:web", "", ""},
                      AccountCase{"system:serviceaccount:shop:web", "", "shop/web"}));

TEST(PolicyQuestion, TakesTheKindThatIsGiven) {
  PolicyOptions options = redis_pull();
  options.subject = "repo:team/app";
  options.subject_kind = "oidc";
  options.issuer = "github";
  PolicyQuestion question(options);

  const policy::PolicyRequest request = question.request().value();

  EXPECT_EQ(request.kind, SubjectKind::oidc);
  EXPECT_EQ(request.issuer, "github");
}

TEST(PolicyQuestion, RefusesWhatDoesNotFitTogether) {
  PolicyOptions lone_account = redis_pull();
  lone_account.service_account = "web";
  PolicyOptions other_namespace = redis_pull();
  other_namespace.service_account = "shop/web";
  other_namespace.kube_namespace = "bank";
  PolicyOptions nameless = redis_pull();
  nameless.subject_kind = "user";
  PolicyOptions anonymous_name = redis_pull();
  anonymous_name.subject = "alice";
  anonymous_name.subject_kind = "anonymous";

  EXPECT_THAT(refusal(lone_account), HasSubstr("--service-account: got web, expected"));
  EXPECT_THAT(refusal(other_namespace), HasSubstr("--namespace: got bank, expected shop"));
  EXPECT_THAT(refusal(nameless), HasSubstr("--subject-kind: got user, expected a --subject"));
  EXPECT_THAT(refusal(anonymous_name), HasSubstr("--subject-kind: got anonymous"));
}

TEST(PolicyQuestion, RefusesBadValues) {
  PolicyOptions action = redis_pull();
  action.action = "registry:*";
  PolicyOptions resource = redis_pull();
  resource.resource = "redis\x1b";

  EXPECT_THAT(refusal(action), HasSubstr("--action: got registry:*, expected one of registry:P"));
  EXPECT_THAT(refusal(resource), HasSubstr("--resource: got redis?, expected HOST/REPOSITORY"));
}

}  // namespace
}  // namespace larder::cli
