#include "daemon/auth/aws/ecr_host.h"

#include <gtest/gtest.h>

namespace larder::aws {
namespace {

struct HostCase {
  const char* host;
  EcrHost parsed;
};

class GoodEcrHosts : public ::testing::TestWithParam<HostCase> {};

TEST_P(GoodEcrHosts, TellAccountRegionAndKind) {
  const auto parsed = parse_ecr_host(GetParam().host);

  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, GetParam().parsed);
}

constexpr const char* kAccount = "123456789012";

INSTANTIATE_TEST_SUITE_P(
    Table, GoodEcrHosts,
    ::testing::Values(
        HostCase{"123456789012.dkr.ecr.eu-west-1.amazonaws.com", {kAccount, "eu-west-1"}},
        HostCase{"123456789012.DKR.ecr.EU-WEST-1.amazonaws.com", {kAccount, "eu-west-1"}},
        HostCase{"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", {kAccount, "cn-north-1"}},
        HostCase{"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", {kAccount, "eusc-de-east-1"}},
        HostCase{"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                 {kAccount, "us-gov-west-1", true}},
        HostCase{"123456789012.dkr-ecr.us-west-2.on.aws", {kAccount, "us-west-2", false, true}},
        HostCase{"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
                 {kAccount, "cn-north-1", false, true}},
        HostCase{"123456789012.dkr-ecr-fips.us-east-1.on.aws", {kAccount, "us-east-1", true, true}},
        HostCase{"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", {kAccount, "us-iso-east-1"}},
        HostCase{"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", {kAccount, "us-isob-east-1"}},
        HostCase{"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
                 {kAccount, "eu-isoe-west-1"}},
        HostCase{"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
                 {kAccount, "us-isof-south-1"}},
        HostCase{"public.ecr.aws", {"", "us-east-1", false, false, true}},
        HostCase{"ecr-public.aws.com", {"", "us-east-1", false, true, true}}));

class OtherHosts : public ::testing::TestWithParam<const char*> {};

TEST_P(OtherHosts, AreNoneOfEcr) {
  EXPECT_FALSE(parse_ecr_host(GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Table, OtherHosts,
    ::testing::Values("", "docker.io", "123456789012", "123456789012.dkr.ecr",
                      "123456789012.dkr.ecr.", "123456789012.dkr.ecr..amazonaws.com",
                      "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
                      "1234567890123.dkr.ecr.eu-west-1.amazonaws.com",
                      "12345678901a.dkr.ecr.eu-west-1.amazonaws.com",
                      "123456789012.dkr_ecr.eu-west-1.amazonaws.com",
                      "123456789012.dkr.ecr-fip.eu-west-1.amazonaws.com",
                      "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example",
                      "123456789012.dkr.ecr.eu-west-1.evil.amazonaws.com",
                      "123456789012.dkr.ecr.-eu.amazonaws.com",
                      "123456789012.dkr.ecr.eu-.amazonaws.com",
                      "123456789012.dkr.ecr.eu/west.amazonaws.com",
                      "x.123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                      "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443", "evil.public.ecr.aws",
                      "public.ecr.aws.evil.example"));

}  // namespace
}  // namespace larder::aws
