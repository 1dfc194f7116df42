#include "daemon/cli/least_privilege.h"

#include <gtest/gtest.h>

namespace larder::cli {
namespace {

class LowPorts : public ::testing::TestWithParam<const char*> {};
class OtherAddresses : public ::testing::TestWithParam<const char*> {};

TEST_P(LowPorts, TakeAPrivilege) {
  EXPECT_TRUE(is_low_port(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(LeastPrivilege, LowPorts,
                         ::testing::Values("127.0.0.1:443", "[::1]:1", "interface:eth0:1023"));

TEST_P(OtherAddresses, TakeNone) {
  EXPECT_FALSE(is_low_port(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(LeastPrivilege, OtherAddresses,
                         ::testing::Values("127.0.0.1:5050", "[::1]:1024", "127.0.0.1:0",
                                           "unix:/run/a:80", "unix:/run/larder.sock", ""));

}  // namespace
}  // namespace larder::cli
