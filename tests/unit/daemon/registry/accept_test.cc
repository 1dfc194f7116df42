#include "daemon/registry/accept.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace larder::registry {
namespace {

constexpr std::string_view kIndex = "application/vnd.oci.image.index.v1+json";

using Fields = std::vector<std::string_view>;

class Covering : public ::testing::TestWithParam<Fields> {};

TEST_P(Covering, IsAccepted) {
  EXPECT_TRUE(accepts(GetParam(), kIndex));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, Covering,
    ::testing::Values(Fields{}, Fields{""}, Fields{"*/*"}, Fields{kIndex}, Fields{"application/*"},
                      Fields{"APPLICATION/vnd.OCI.image.index.v1+JSON"},
                      Fields{"text/html, application/vnd.oci.image.index.v1+json;q=0.5"},
                      Fields{"text/html", "*/*;q=0.1"}, Fields{"nonsense"},
                      Fields{"*/*;q=0, application/vnd.oci.image.index.v1+json"},
                      Fields{" application/vnd.oci.image.index.v1+json ; v=1 ; q=1.0"}));

class NotCovering : public ::testing::TestWithParam<Fields> {};

TEST_P(NotCovering, IsNot) {
  EXPECT_FALSE(accepts(GetParam(), kIndex));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, NotCovering,
    ::testing::Values(Fields{"text/*"}, Fields{"application/vnd.oci.image.manifest.v1+json"},
                      Fields{"*/*;q=0"}, Fields{"*/*;Q=0.000"}, Fields{"application/*; q=0"},
                      Fields{"*/*, application/vnd.oci.image.index.v1+json;q=0"},
                      Fields{"nonsense, text/html"}));

}  // namespace
}  // namespace larder::registry
