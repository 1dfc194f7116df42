#include "daemon/http/socket_address.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

class LocalAddresses : public ::testing::TestWithParam<const char*> {};

TEST_P(LocalAddresses, AreKnown) {
  const auto address = SocketAddress::parse(GetParam(), 80);

  ASSERT_TRUE(address.has_value());
  EXPECT_TRUE(is_local_or_metadata(*address));
}

INSTANTIATE_TEST_SUITE_P(Table, LocalAddresses,
                         ::testing::Values("127.0.0.1", "127.255.0.9", "0.0.0.0", "0.1.2.3",
                                           "169.254.169.254", "169.254.170.2", "100.100.100.200",
                                           "168.63.129.16", "192.0.0.192", "::ffff:192.0.0.192",
                                           "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
                                           "febf::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254",
                                           "::ffff:127.0.0.1", "::ffff:169.254.169.254",
                                           "64:ff9b::169.254.169.254", "2002:7f00:1::"));

class OtherAddresses : public ::testing::TestWithParam<const char*> {};

TEST_P(OtherAddresses, AreNotLocal) {
  const auto address = SocketAddress::parse(GetParam(), 80);

  ASSERT_TRUE(address.has_value());
  EXPECT_FALSE(is_local_or_metadata(*address));
}

// Private networks are where registries and their storage live.
INSTANTIATE_TEST_SUITE_P(Table, OtherAddresses,
                         ::testing::Values("1.1.1.1", "10.0.0.1", "172.16.0.1", "192.168.1.1",
                                           "169.253.0.1", "192.0.0.191", "192.0.0.193", "126.0.0.1",
                                           "128.0.0.1", "223.0.0.1", "2606:4700::1111", "fd00::1",
                                           "fec0::1", "::ffff:10.0.0.1", "64:ff9b::8.8.8.8",
                                           "2002:808:808::"));

TEST(SocketAddress, ParsesLiteralsOnly) {
  EXPECT_FALSE(SocketAddress::parse("localhost", 80).has_value());
  EXPECT_FALSE(SocketAddress::parse("127.1", 80).has_value());
  EXPECT_FALSE(SocketAddress::parse("2130706433", 80).has_value());
  EXPECT_FALSE(SocketAddress::parse("[::1]", 80).has_value());
  EXPECT_FALSE(SocketAddress::parse("", 80).has_value());
}

TEST(SocketAddress, ShowsItselfAsHostAndPort) {
  EXPECT_EQ(SocketAddress::parse("10.0.0.1", 443)->str(), "10.0.0.1:443");
  EXPECT_EQ(SocketAddress::parse("2001:db8::1", 5000)->str(), "[2001:db8::1]:5000");
}

TEST(SocketAddress, IsAUnixSocketsPathThatFits) {
  EXPECT_EQ(SocketAddress::of_unix_path("/run/larder.sock")->str(), "/run/larder.sock");
  EXPECT_EQ(SocketAddress::of_unix_path(std::string(107, 'a'))->str(), std::string(107, 'a'));
  EXPECT_FALSE(SocketAddress::of_unix_path(std::string(108, 'a')).has_value());
  EXPECT_FALSE(SocketAddress::of_unix_path("").has_value());
}

TEST(SocketAddress, TakesAnotherPort) {
  auto v4 = *SocketAddress::parse("10.0.0.1", 1);
  auto v6 = *SocketAddress::parse("2001:db8::1", 1);

  v4.set_port(443);
  v6.set_port(443);

  EXPECT_EQ(v4.str(), "10.0.0.1:443");
  EXPECT_EQ(v6.str(), "[2001:db8::1]:443");
}

}  // namespace
}  // namespace larder::http
