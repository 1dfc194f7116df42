#include "daemon/http/proxy_header.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/http/made_proxy_header.h"

namespace larder::http {
namespace {

std::string source_of(std::string_view header) {
  const auto parsed = parse_proxy_header(header);
  if (!parsed) return parsed.error().context;
  return parsed->source ? parsed->source->str() : "the proxy itself";
}

TEST(ProxyHeader, NamesAnIpv4Source) {
  EXPECT_EQ(source_of(relayed_v4()), "192.0.2.7:51324");
}

TEST(ProxyHeader, NamesAnIpv6Source) {
  const std::string source("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);

  EXPECT_EQ(source_of(relayed_v6(source)), "[2001:db8::1]:51324");
}

TEST(ProxyHeader, NamesNobodyWhenTheProxySpeaksForItself) {
  EXPECT_EQ(source_of(proxy_header(0, 0x00, "")), "the proxy itself");
  EXPECT_EQ(source_of(proxy_header(0, 0x11, addresses_v4())), "the proxy itself");
}

TEST(ProxyHeader, MayHaveExtensions) {
  const std::string endpoint("\xea\x00\x04\x01vpc\x04\x00\x00", 10);

  EXPECT_EQ(source_of(relayed_v4(endpoint)), "192.0.2.7:51324");
}

TEST(ProxyHeader, IsRefusedWhereItCannotBeTrusted) {
  constexpr std::string_view kNotTcp = "PROXY header: the client did not come by TCP";
  EXPECT_EQ(source_of(proxy_header(1, 0x00, "")), kNotTcp);
  EXPECT_EQ(source_of(proxy_header(1, 0x12, addresses_v4())), kNotTcp);
  EXPECT_EQ(source_of(proxy_header(1, 0x31, std::string(216, 'a'))), kNotTcp);
  EXPECT_EQ(source_of(proxy_header(2, 0x11, addresses_v4())),
            "PROXY header: unknown version or command");
  EXPECT_EQ(source_of(proxy_header(1, 0x11, "too short")),
            "PROXY header: too short for its addresses");
  EXPECT_EQ(source_of(proxy_header(1, 0x21, addresses_v4())),
            "PROXY header: too short for its addresses");
  EXPECT_EQ(source_of(relayed_v4() + "x"), "PROXY header: not as long as it says");
}

class BadExtensions : public ::testing::TestWithParam<std::string> {};

TEST_P(BadExtensions, AreRefused) {
  EXPECT_EQ(source_of(relayed_v4(GetParam())), "PROXY header: an extension does not end");
}

INSTANTIATE_TEST_SUITE_P(ProxyHeader, BadExtensions,
                         ::testing::Values(std::string("\x04", 1), std::string("\x04\x00", 2),
                                           std::string("\x04\x00\x01", 3),
                                           std::string("\x04\x00\x00\x04\xff\xff", 6)));

TEST(ProxyHeader, SaysHowLongItIsOnceThatIsKnown) {
  const auto header = relayed_v4();

  EXPECT_EQ(*proxy_header_bytes(""), 16U);
  EXPECT_EQ(*proxy_header_bytes(header.substr(0, 15)), 16U);
  EXPECT_EQ(*proxy_header_bytes(header.substr(0, 16)), 28U);
  EXPECT_EQ(*proxy_header_bytes(header), 28U);
}

class NoProxyHeaders : public ::testing::TestWithParam<std::string> {};

TEST_P(NoProxyHeaders, AreKnownByTheirBeginning) {
  EXPECT_FALSE(proxy_header_bytes(GetParam()).ok());
}

INSTANTIATE_TEST_SUITE_P(ProxyHeader, NoProxyHeaders,
                         ::testing::Values("P", "PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n",
                                           "GET / HTTP/1.1\r\n", "\x16\x03", "\r\n\r\nx",
                                           proxy_header(1, 0x11,
                                                        std::string(kProxyHeaderBytesMax, 'a'))));

}  // namespace
}  // namespace larder::http
