// The expected names are what botocore's endpoint rules give.
#include "daemon/auth/aws/endpoints.h"

#include <gtest/gtest.h>

namespace larder::aws {
namespace {

using Api = Result<http::Url> (*)(std::string_view, Variant);

struct EndpointCase {
  Api api;
  const char* region;
  Variant variant;
  const char* host;
};

class Endpoints : public ::testing::TestWithParam<EndpointCase> {};

TEST_P(Endpoints, AreThoseOfThePartition) {
  const auto url = GetParam().api(GetParam().region, GetParam().variant);

  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->str(), "https://" + std::string(GetParam().host) + "/");
}

constexpr Variant kPlain{};
constexpr Variant kFips{true, false};
constexpr Variant kDual{false, true};
constexpr Variant kBoth{true, true};

INSTANTIATE_TEST_SUITE_P(
    Ecr, Endpoints,
    ::testing::Values(
        EndpointCase{ecr_api, "eu-west-1", kPlain, "api.ecr.eu-west-1.amazonaws.com"},
        EndpointCase{ecr_api, "cn-north-1", kPlain, "api.ecr.cn-north-1.amazonaws.com.cn"},
        EndpointCase{ecr_api, "us-gov-west-1", kPlain, "api.ecr.us-gov-west-1.amazonaws.com"},
        EndpointCase{ecr_api, "eusc-de-east-1", kPlain, "api.ecr.eusc-de-east-1.amazonaws.eu"},
        EndpointCase{ecr_api, "us-iso-east-1", kPlain, "api.ecr.us-iso-east-1.c2s.ic.gov"},
        EndpointCase{ecr_api, "us-isob-east-1", kPlain, "api.ecr.us-isob-east-1.sc2s.sgov.gov"},
        EndpointCase{ecr_api, "eu-isoe-west-1", kPlain, "api.ecr.eu-isoe-west-1.cloud.adc-e.uk"},
        EndpointCase{ecr_api, "us-isof-south-1", kPlain, "api.ecr.us-isof-south-1.csp.hci.ic.gov"},
        EndpointCase{ecr_api, "us-east-1", kFips, "api.ecr-fips.us-east-1.amazonaws.com"},
        EndpointCase{ecr_api, "us-gov-west-1", kFips, "api.ecr-fips.us-gov-west-1.amazonaws.com"},
        EndpointCase{ecr_api, "us-east-1", kDual, "ecr.us-east-1.api.aws"},
        EndpointCase{ecr_api, "cn-north-1", kDual, "ecr.cn-north-1.api.amazonwebservices.com.cn"},
        EndpointCase{ecr_api, "us-east-1", kBoth, "ecr-fips.us-east-1.api.aws"}));

INSTANTIATE_TEST_SUITE_P(EcrPublic, Endpoints,
                         ::testing::Values(EndpointCase{ecr_public_api, "us-east-1", kPlain,
                                                        "api.ecr-public.us-east-1.amazonaws.com"},
                                           EndpointCase{ecr_public_api, "us-west-2", kPlain,
                                                        "api.ecr-public.us-west-2.amazonaws.com"},
                                           EndpointCase{ecr_public_api, "us-east-1", kDual,
                                                        "ecr-public.us-east-1.api.aws"}));

INSTANTIATE_TEST_SUITE_P(
    Sts, Endpoints,
    ::testing::Values(
        EndpointCase{sts_api, "eu-west-1", kPlain, "sts.eu-west-1.amazonaws.com"},
        EndpointCase{sts_api, "cn-north-1", kPlain, "sts.cn-north-1.amazonaws.com.cn"},
        EndpointCase{sts_api, "us-east-1", kFips, "sts-fips.us-east-1.amazonaws.com"},
        EndpointCase{sts_api, "eu-west-1", kFips, "sts.eu-west-1.amazonaws.com"},
        EndpointCase{sts_api, "us-gov-west-1", kFips, "sts.us-gov-west-1.amazonaws.com"},
        EndpointCase{sts_api, "us-gov-west-1", kBoth, "sts-fips.us-gov-west-1.api.aws"},
        EndpointCase{sts_api, "us-west-2", kDual, "sts.us-west-2.api.aws"},
        EndpointCase{sts_api, "us-west-2", kBoth, "sts-fips.us-west-2.api.aws"}));

TEST(Endpoints, AreOfNothingThatIsNoRegion) {
  for (const char* region : {"", "eu-west-1.evil.example", "eu/west", "eu west", "a@b"}) {
    EXPECT_EQ(ecr_api(region, {}).error().code, Errc::invalid) << region;
    EXPECT_EQ(ecr_public_api(region, {}).error().code, Errc::invalid) << region;
    EXPECT_EQ(sts_api(region, {}).error().code, Errc::invalid) << region;
  }
  EXPECT_FALSE(sts_api(std::string(64, 'a'), {}).ok());
}

}  // namespace
}  // namespace larder::aws
