#include "daemon/auth/aws/sts_xml.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

constexpr const char* kWebAction = "AssumeRoleWithWebIdentity";

// A credentials element within an AssumeRole answer.
std::string assumed(const std::string& credentials) {
  return "<AssumeRoleResponse><AssumeRoleResult><Credentials>" + credentials +
         "</Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

constexpr const char* kGoodParts =
    "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2026-01-15T14:30:00Z</Expiration>";

TEST(StsKeys, AreReadOfBothActions) {
  const Keys keys{"ASIASTS", "sts-secret", "sts-session", testing::kTestExpiry};

  EXPECT_EQ(*parse_sts_keys(testing::sts_keys_xml(kWebAction), kWebAction), keys);
  EXPECT_EQ(*parse_sts_keys(testing::sts_keys_xml("AssumeRole"), "AssumeRole"), keys);
}

TEST(StsKeys, MayHoldEntitiesAndSections) {
  const auto keys = parse_sts_keys(
      assumed("<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>a&amp;b&#x2b;</SecretAccessKey>"
              "<SessionToken><![CDATA[t]]></SessionToken>"
              "<Expiration>2026-01-15T14:30:00Z</Expiration>"),
      "AssumeRole");

  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  EXPECT_EQ(keys->secret_access_key, "a&b+");
  EXPECT_EQ(keys->session_token, "t");
}

TEST(StsKeys, FetchAndExpandNoEntityOfADocumentType) {
  const auto keys = parse_sts_keys(
      "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y \"yyyy\">]>" +
          assumed("<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>&x;&y;</SecretAccessKey>"
                  "<SessionToken>t</SessionToken><Expiration>2026-01-15T14:30:00Z</Expiration>"),
      "AssumeRole");

  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  EXPECT_EQ(keys->secret_access_key, "&x;&y;");
}

class BadStsAnswers : public ::testing::TestWithParam<std::string> {};

TEST_P(BadStsAnswers, HoldNoKeys) {
  const auto keys = parse_sts_keys(GetParam(), "AssumeRole");

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Errc::invalid);
  EXPECT_EQ(keys.error().context.find("s3cret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadStsAnswers,
    ::testing::Values(
        "", "{}", "<a>", "<a></b>", "<AssumeRoleResponse/>", assumed(""),
        testing::sts_keys_xml(kWebAction), testing::sts_error_xml("AccessDenied", "m"),
        assumed("<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey>"),
        assumed("<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey>"
                "<SessionToken>t</SessionToken><Expiration>soon</Expiration>"),
        assumed("<AccessKeyId>A B</AccessKeyId><SecretAccessKey>s3cret</SecretAccessKey>"
                "<SessionToken>t</SessionToken><Expiration>2026-01-15T14:30:00Z</Expiration>"),
        assumed(kGoodParts).substr(0, 150)));

TEST(StsKeys, MayBeNestedHoweverDeep) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<a>";

  EXPECT_FALSE(parse_sts_keys(deep, "AssumeRole").ok());
  EXPECT_FALSE(parse_sts_keys(assumed(deep + kGoodParts), "AssumeRole").ok());
}

TEST(XmlError, MayBeWithinErrors) {
  const auto error = parse_xml_error(
      "<?xml version=\"1.0\"?><ErrorResponse><Errors><Error><Code>InvalidClientTokenId</Code>"
      "<Message>m</Message></Error></Errors></ErrorResponse>");

  EXPECT_EQ(error.code, "InvalidClientTokenId");
}

TEST(XmlError, HasACodeAndAMessage) {
  const auto error = parse_xml_error(testing::sts_error_xml("ExpiredTokenException", "a &lt; b"));

  EXPECT_EQ(error.code, "ExpiredTokenException");
  EXPECT_EQ(error.message, "a < b");
}

TEST(XmlError, IsEmptyForWhatIsNone) {
  for (const char* xml : {"", "<html/>", "{\"__type\":\"x\"}", "<ErrorResponse>"}) {
    EXPECT_EQ(parse_xml_error(xml).code, "") << xml;
  }
}

}  // namespace
}  // namespace larder::aws
