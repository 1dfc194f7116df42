// Where a signed request to the ECR API counts.
#include "daemon/access/ecr_place.h"

#include <gtest/gtest.h>

namespace larder::access {
namespace {

using Hosts = std::vector<std::string>;

const Hosts kIreland{"*.dkr.ecr.eu-west-1.amazonaws.com"};
const Hosts kOneAccount{"123456789012.dkr.ecr.eu-west-1.amazonaws.com"};
const Hosts kAmazon{"*.dkr.ecr.*.amazonaws.com"};
const Hosts kOwn{"registry.test"};

struct SignedFor {
  std::string host;
  aws::SigningScope scope;
  Hosts hosts;
};

Status place_of(const SignedFor& sent) {
  http::Request request{"POST", "/", {}, "10.1.2.3:51324", "endpoint"};
  request.headers.add("Host", sent.host);
  return check_place(request, sent.scope, sent.hosts);
}

class FittingPlaces : public ::testing::TestWithParam<SignedFor> {};

TEST_P(FittingPlaces, AreServed) {
  const auto checked = place_of(GetParam());

  EXPECT_TRUE(checked.ok()) << describe(checked.error());
}

INSTANTIATE_TEST_SUITE_P(
    CheckPlace, FittingPlaces,
    ::testing::Values(SignedFor{"api.ecr.eu-west-1.amazonaws.com", {"eu-west-1", "ecr"}, kIreland},
                      SignedFor{
                          "API.ecr.eu-west-1.amazonaws.com:443", {"eu-west-1", "ecr"}, kOneAccount},
                      SignedFor{"ecr.eu-west-1.api.aws", {"eu-west-1", "ecr"}, kIreland},
                      SignedFor{"api.ecr.eu-west-1.amazonaws.com",
                                {"eu-west-1", "ecr"},
                                {"api.ecr.eu-west-1.amazonaws.com"}},
                      SignedFor{"api.ecr.us-east-2.amazonaws.com", {"us-east-2", "ecr"}, kAmazon},
                      SignedFor{"api.ecr-public.us-east-1.amazonaws.com",
                                {"us-east-1", "ecr-public"},
                                {"public.ecr.aws"}},
                      SignedFor{"larder.example:5443", {"eu-west-1", "ecr"}, kIreland},
                      SignedFor{"127.0.0.1:80", {"eu-west-1", "ecr"}, kOneAccount},
                      SignedFor{"[::1]:80", {"eu-west-1", "ecr"}, kIreland},
                      SignedFor{"127.0.0.1:80", {"us-east-1", "ecr-public"}, kIreland},
                      SignedFor{"larder.example", {"us-east-1", "ecr"}, kOwn}));

class OtherPlaces : public ::testing::TestWithParam<SignedFor> {};

TEST_P(OtherPlaces, AreRefused) {
  EXPECT_EQ(place_of(GetParam()).error().code, Errc::denied);
}

INSTANTIATE_TEST_SUITE_P(
    CheckPlace, OtherPlaces,
    ::testing::Values(
        SignedFor{"api.ecr.us-east-1.amazonaws.com", {"us-east-1", "ecr"}, kIreland},
        SignedFor{"api.ecr.eu-west-1.amazonaws.com", {"us-east-1", "ecr"}, kIreland},
        SignedFor{"api.ecr.eu-west-1.amazonaws.com", {"us-east-1", "ecr"}, kAmazon},
        SignedFor{"api.ecr.eu-west-1.amazonaws.com", {"eu-west-1", "ecr"}, kOwn},
        SignedFor{"sts.eu-west-1.amazonaws.com", {"eu-west-1", "ecr"}, kIreland},
        SignedFor{"api.ecr-public.us-east-1.amazonaws.com", {"us-east-1", "ecr-public"}, kIreland},
        SignedFor{"larder.example", {"us-east-1", "ecr"}, kIreland},
        SignedFor{"127.0.0.1:80", {"us-east-1", "ecr"}, kOneAccount}));

}  // namespace
}  // namespace larder::access
