#include "daemon/auth/aws/keys_json.h"

#include <gtest/gtest.h>

#include "tests/support/aws_world.h"

namespace larder::aws {
namespace {

TEST(MetadataKeys, AreReadWithTheirEnd) {
  EXPECT_EQ(*parse_metadata_keys(testing::metadata_keys_json()),
            (Keys{"ASIAMETADATA", "metadata-secret", "metadata-session", testing::kTestExpiry}));
}

TEST(MetadataKeys, NeedNeitherCodeNorEnd) {
  EXPECT_EQ(*parse_metadata_keys(R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":"t"})"),
            (Keys{"A", "s", "t", std::nullopt}));
}

TEST(MetadataKeys, AreDeniedByACode) {
  const auto keys = parse_metadata_keys(
      R"({"Code":"AssumeRoleUnauthorizedAccess","AccessKeyId":"A","SecretAccessKey":"s"})");

  EXPECT_EQ(describe(keys.error()), "denied: the answer's Code is AssumeRoleUnauthorizedAccess");
}

class BadMetadata : public ::testing::TestWithParam<const char*> {};

TEST_P(BadMetadata, HoldsNoKeys) {
  const auto keys = parse_metadata_keys(GetParam());

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Errc::upstream_down);
  EXPECT_EQ(keys.error().context.find("s3cret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadMetadata,
    ::testing::Values("", "<html>", "[]", "{}", R"({"AccessKeyId":"A"})",
                      R"({"AccessKeyId":"A","SecretAccessKey":1})",
                      R"({"AccessKeyId":"A","SecretAccessKey":"s3cret\n"})",
                      R"({"AccessKeyId":"A","SecretAccessKey":"s3cret","Expiration":"s3cret"})"));

TEST(ProcessKeys, AreOfVersionOne) {
  EXPECT_EQ(*parse_process_keys(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s",
                                    "SessionToken":"t","Expiration":"2026-01-15T14:30:00Z"})"),
            (Keys{"A", "s", "t", testing::kTestExpiry}));
  EXPECT_EQ(*parse_process_keys(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"})"),
            (Keys{"A", "s", "", std::nullopt}));
}

class BadProcessOutputs : public ::testing::TestWithParam<const char*> {};

TEST_P(BadProcessOutputs, AreInvalid) {
  const auto keys = parse_process_keys(GetParam());

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().code, Errc::invalid);
  EXPECT_EQ(keys.error().context.find("s3cret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadProcessOutputs,
    ::testing::Values("", "s3cret", "{}", R"({"AccessKeyId":"A","SecretAccessKey":"s3cret"})",
                      R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"s3cret"})",
                      R"({"Version":"1","AccessKeyId":"A","SecretAccessKey":"s3cret"})",
                      R"({"Version":1,"AccessKeyId":"A"})"));

}  // namespace
}  // namespace larder::aws
