#include "daemon/http/ip_address.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

using namespace std::string_literals;

bool covers(const std::string& block, const std::string& address) {
  return IpBlock::parse(block).value().contains(parse_address(address).value());
}

TEST(IpAddress, IsOneInBothSpellingsOfIpv4) {
  EXPECT_EQ(parse_address("10.1.2.3"), parse_address("::ffff:10.1.2.3"));
  EXPECT_EQ(to_string(parse_address("::ffff:a01:203").value()), "10.1.2.3");
  EXPECT_EQ(to_string(parse_address("2001:DB8:0::1").value()), "2001:db8::1");
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const std::string& text :
       {""s, "10.1.2"s, "010.1.2.3"s, "10.1.2.3 "s, "10.1.2.3/8"s, "[::1]"s, "fe80::1%eth0"s,
        "10.1.2.3\0x"s, "host"s, std::string(100, '1')}) {
    EXPECT_EQ(parse_address(text), std::nullopt) << text;
  }
}

TEST(IpAddress, IsTakenFromAPeer) {
  EXPECT_EQ(address_of_peer("10.1.2.3:51324"), parse_address("10.1.2.3"));
  EXPECT_EQ(address_of_peer("[2001:db8::1]:51324"), parse_address("2001:db8::1"));
  EXPECT_EQ(address_of_peer("unix"), std::nullopt);
  EXPECT_EQ(address_of_peer(""), std::nullopt);
}

TEST(IpBlock, CoversItsAddresses) {
  EXPECT_TRUE(covers("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(covers("10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(covers("10.1.2.3/32", "::ffff:10.1.2.3"));
  EXPECT_TRUE(covers("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(covers("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_TRUE(covers("2001:db8::/64", "2001:db8::ffff:0:0:1"));
  EXPECT_TRUE(covers("2001:db8::8000:0:0:0/65", "2001:db8::ffff:0:0:1"));
  EXPECT_TRUE(covers("::/0", "2001:db8::1"));
  EXPECT_TRUE(covers("::ffff:10.0.0.0/104", "10.255.0.1"));
}

TEST(IpBlock, CoversNoOthers) {
  EXPECT_FALSE(covers("10.0.0.0/8", "11.0.0.0"));
  EXPECT_FALSE(covers("10.1.2.2/31", "10.1.2.4"));
  EXPECT_FALSE(covers("2001:db8::/33", "2001:db8:8000::"));
  EXPECT_FALSE(covers("2001:db8::8000:0:0:0/65", "2001:db8::7fff:0:0:1"));
}

TEST(IpBlock, CoversItsOwnFamilyAlone) {
  EXPECT_FALSE(covers("::/0", "10.1.2.3"));
  EXPECT_FALSE(covers("::/64", "::ffff:10.1.2.3"));
  EXPECT_FALSE(covers("0.0.0.0/0", "2001:db8::1"));
}

TEST(IpBlock, RefusesWhatIsNone) {
  for (const char* const text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8",
        "10.0.0.0/0008", "10.0.0.0/255.0.0.0", "10.*", "::/129", "10.0.0.0/4294967297"}) {
    EXPECT_FALSE(IpBlock::parse(text).ok()) << text;
  }
}

TEST(IpBlock, RefusesBitsBeyondThePrefix) {
  for (const char* const text : {"10.1.0.0/8", "10.0.0.1/31", "2001:db8::1/64", "::1/0"}) {
    EXPECT_EQ(IpBlock::parse(text).error().context, "a block without bits beyond its prefix");
  }
}

TEST(IpBlock, IgnoresBitsBeyondThePrefixWhereAsked) {
  const auto block = IpBlock::parse("10.1.2.3/8", IpBlock::StrayBits::ignored).value();

  EXPECT_TRUE(block.contains(parse_address("10.255.0.1").value()));
  EXPECT_FALSE(block.contains(parse_address("11.1.2.3").value()));
}

TEST(IpAddress, IsTakenFromASocketsAddress) {
  EXPECT_EQ(address_of(*SocketAddress::parse("10.1.2.3", 1)), parse_address("10.1.2.3"));
  EXPECT_EQ(address_of(*SocketAddress::parse("::ffff:10.1.2.3", 1)), parse_address("10.1.2.3"));
  EXPECT_EQ(address_of(*SocketAddress::parse("2001:db8::1", 1)), parse_address("2001:db8::1"));
  EXPECT_EQ(address_of(*SocketAddress::of_unix_path("/x")), std::nullopt);
}

TEST(IpBlock, OneOfSeveralIsEnough) {
  const std::vector<IpBlock> blocks{IpBlock::parse("10.0.0.0/8").value(),
                                    IpBlock::parse("::1").value()};

  EXPECT_TRUE(any_contains(blocks, parse_address("::1").value()));
  EXPECT_FALSE(any_contains(blocks, parse_address("11.0.0.1").value()));
  EXPECT_FALSE(any_contains({}, parse_address("::1").value()));
}

}  // namespace
}  // namespace larder::http
