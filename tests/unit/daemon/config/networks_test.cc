// Networks, sources and addresses that more than a private network reaches.
#include "daemon/config/networks.h"

#include <gtest/gtest.h>

namespace larder::config {
namespace {

using ::testing::TestWithParam;
using ::testing::Values;

class Sources : public TestWithParam<const char*> {};

TEST_P(Sources, AreNetworksAndAddresses) {
  EXPECT_TRUE(is_source(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, Sources,
                         Values("10.0.0.0/8", "10.1.2.3", "10.1.2.3/32", "0.0.0.0/0", "fd00::/8",
                                "::1", "2001:db8::/32", "::/0", "172.16.0.0/12"));

class NoSources : public TestWithParam<const char*> {};

TEST_P(NoSources, AreNone) {
  EXPECT_FALSE(is_source(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, NoSources,
                         Values("", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "fd00::1/8", "::/129",
                                "10.0.0.0/", "10.0.0.0/8 ", "10.0.0.0/-1", "10.0.0.0/+8", "node",
                                "10.0.0.0/0008", "*", "10.0.0.0/8/8", "[::1]"));

TEST(Networks, MayHaveBitsBeyondTheirPrefix) {
  EXPECT_TRUE(is_network("10.1.2.3/8"));
  EXPECT_FALSE(is_network("10.1.2.3"));
}

TEST(Ipv6, IsNoName) {
  EXPECT_TRUE(is_ipv6("::1"));
  EXPECT_FALSE(is_ipv6("127.0.0.1"));
  EXPECT_FALSE(is_ipv6("a"));
}

class PublicAddresses : public TestWithParam<const char*> {};

TEST_P(PublicAddresses, AreReachedFromMoreThanAPrivateNetwork) {
  EXPECT_TRUE(is_public_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, PublicAddresses,
                         Values("0.0.0.0:5050", "[::]:5050", "8.8.8.8:443", "[2001:db8::1]:5050",
                                "172.32.0.1:1", "100.128.0.1:1", "11.0.0.1:1", "192.167.0.1:1"));

class PrivateAddresses : public TestWithParam<const char*> {};

TEST_P(PrivateAddresses, AreNot) {
  EXPECT_FALSE(is_public_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, PrivateAddresses,
                         Values("127.0.0.1:5050", "10.255.0.1:1", "172.31.255.255:1",
                                "192.168.1.1:1", "100.64.0.1:1", "169.254.1.1:1", "[::1]:5050",
                                "[fd12::1]:5050", "[fe80::1]:5050", "localhost:5050",
                                "interface:eth0:5050", "unix:/run/larder/larder.sock"));

class LocalAddresses : public TestWithParam<const char*> {};

TEST_P(LocalAddresses, AreReachedFromThisMachineOnly) {
  EXPECT_TRUE(is_local_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, LocalAddresses,
                         Values("127.0.0.1:5050", "127.9.9.9:1", "[::1]:5050", "localhost:5050",
                                "unix:/run/larder/larder.sock"));

class RemoteAddresses : public TestWithParam<const char*> {};

TEST_P(RemoteAddresses, AreReachedFromOthers) {
  EXPECT_FALSE(is_local_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, RemoteAddresses,
                         Values("10.0.0.1:5050", "0.0.0.0:5050", "[::]:5050", "[fd00::1]:5050",
                                "interface:eth0:5050", "interface:lo:5050", "128.0.0.1:1"));

}  // namespace
}  // namespace larder::config
