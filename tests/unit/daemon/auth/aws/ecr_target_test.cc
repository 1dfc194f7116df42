#include "daemon/auth/aws/ecr_target.h"

#include <gtest/gtest.h>

namespace larder::aws {
namespace {

constexpr const char* kPrivateRegistry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

TEST(EcrTarget, IsTheApiOfTheRegistrysRegion) {
  const auto target = ecr_target(kPrivateRegistry, "", std::nullopt);

  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->url.str(), "https://api.ecr.eu-west-1.amazonaws.com/");
  EXPECT_EQ(target->reach, http::Reach::public_only);
  EXPECT_EQ(target->scope.region, "eu-west-1");
  EXPECT_EQ(target->scope.service, "ecr");
  EXPECT_FALSE(target->is_public());
}

TEST(EcrTarget, IsTheSameWithAPort) {
  const auto target = ecr_target(std::string(kPrivateRegistry) + ":443", "", std::nullopt);

  EXPECT_EQ(target->url.host, "api.ecr.eu-west-1.amazonaws.com");
}

TEST(EcrTarget, IsOfTheRegistrysKind) {
  const auto target = ecr_target("123456789012.dkr-ecr-fips.us-east-1.on.aws", "", std::nullopt);

  EXPECT_EQ(target->url.host, "ecr-fips.us-east-1.api.aws");
  EXPECT_TRUE(target->variant.fips && target->variant.dual_stack);
}

TEST(EcrTarget, OfEcrPublicIsAServiceOfItsOwn) {
  const auto target = ecr_target("public.ecr.aws", "", std::nullopt);

  EXPECT_EQ(target->url.host, "api.ecr-public.us-east-1.amazonaws.com");
  EXPECT_EQ(target->scope.service, "ecr-public");
  EXPECT_EQ(target->operation, "SpencerFrontendService.GetAuthorizationToken");
  EXPECT_TRUE(target->is_public());
}

TEST(EcrTarget, IsWhatTheOperatorWrote) {
  const auto api = http::Url::parse("https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com").value();

  const auto target = ecr_target("registry.corp.example", "eu-west-1", api);

  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->url, api);
  EXPECT_EQ(target->reach, http::Reach::anywhere);
  EXPECT_EQ(target->scope.region, "eu-west-1");
}

TEST(EcrTarget, NeedsARegionFromSomewhere) {
  EXPECT_EQ(describe(ecr_target("registry.corp.example", "", std::nullopt).error()),
            "invalid: registry.corp.example is no registry of ECR, and no region is configured");
  EXPECT_EQ(ecr_target(kPrivateRegistry, "a/b", std::nullopt).error().code, Errc::invalid);
}

TEST(AuthorizationRequest, IsThatOfTheApi) {
  const auto request = authorization_request(*ecr_target(kPrivateRegistry, "", std::nullopt));

  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url.str(), "https://api.ecr.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(request.headers.find("X-Amz-Target"),
            "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
  EXPECT_EQ(request.body, "{}");
}

}  // namespace
}  // namespace larder::aws
