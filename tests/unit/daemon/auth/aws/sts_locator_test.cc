#include "daemon/auth/aws/sts_locator.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

class StsLocatorTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> variables_;
  StsLocator locator_{testing::environment_of(variables_), std::nullopt, "eu-west-1", {}};
};

TEST_F(StsLocatorTest, IsTheRegistrysAtLast) {
  const auto endpoint = locator_.find();

  ASSERT_TRUE(endpoint.ok());
  EXPECT_EQ(endpoint->url.str(), "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint->region, "eu-west-1");
  EXPECT_EQ(endpoint->reach, http::Reach::public_only);
}

TEST_F(StsLocatorTest, IsWhereLarderRunsAtFirst) {
  EXPECT_EQ(locator_.find("eu-west-2")->region, "eu-west-2");
  variables_["AWS_DEFAULT_REGION"] = "eu-west-3";
  EXPECT_EQ(locator_.find("eu-west-2")->region, "eu-west-3");
  variables_["AWS_REGION"] = "eu-north-1";
  EXPECT_EQ(locator_.find("eu-west-2")->region, "eu-north-1");
  variables_["AWS_REGION"] = "aws-global";
  EXPECT_EQ(locator_.find("eu-west-2")->region, "eu-west-3");
}

TEST_F(StsLocatorTest, IsWhatTheOperatorWrote) {
  locator_.url = http::Url::parse("http://127.0.0.1:5000").value();

  const auto endpoint = locator_.find();

  EXPECT_EQ(endpoint->url, *locator_.url);
  EXPECT_EQ(endpoint->region, "eu-west-1");
  EXPECT_EQ(endpoint->reach, http::Reach::anywhere);
}

TEST_F(StsLocatorTest, IsOfTheRegistrysKind) {
  locator_.registry_region = "us-east-1";
  locator_.variant = {true, false};

  EXPECT_EQ(locator_.find()->url.host, "sts-fips.us-east-1.amazonaws.com");
}

TEST_F(StsLocatorTest, IsNowhereForWhatIsNoRegion) {
  variables_["AWS_REGION"] = "evil.example/";

  EXPECT_EQ(describe(locator_.find().error()), "invalid: region \"evil.example/\": not a region");
}

}  // namespace
}  // namespace larder::aws
