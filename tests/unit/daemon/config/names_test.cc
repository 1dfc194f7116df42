#include "daemon/config/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::config {
namespace {

using ::testing::TestWithParam;
using ::testing::Values;

class GoodAddresses : public TestWithParam<std::string> {};

TEST_P(GoodAddresses, AreAccepted) {
  EXPECT_TRUE(is_listen_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, GoodAddresses,
                         Values("127.0.0.1:5050", "0.0.0.0:1", "localhost:65535", "[::1]:5050",
                                "[::]:0", "127.0.0.1:0", "interface:eth0:5443",
                                "interface:br-1.20:5443", "unix:/run/larder/node.sock"));

class BadAddresses : public TestWithParam<std::string> {};

TEST_P(BadAddresses, AreRefused) {
  EXPECT_FALSE(is_listen_address(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, BadAddresses,
                         Values("", ":", ":5050", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                                "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:5050 ", "::1:5050",
                                "[::1]", "[::1:5050", "[]:5050", "[::g]:5050", "[127.0.0.1]:1",
                                "host name:1", "-host:1", "a..b:1", "*:5050", "http://a:1",
                                "interface::1", "interface:eth0", "interface:a/b:1",
                                "interface:sixteen_letters_:1", "interface:..:1", "unix:", "unix:/",
                                "unix:relative", "unix:/run/", "unix:/" + std::string(107, 'a')));

TEST(ListenAddress, IsFixedUnlessTheKernelChoosesThePort) {
  EXPECT_TRUE(is_fixed_address("127.0.0.1:5050"));
  EXPECT_TRUE(is_fixed_address("unix:/run/x"));
  EXPECT_FALSE(is_fixed_address("127.0.0.1:0"));
  EXPECT_FALSE(is_fixed_address("[::1]:0"));
}

TEST(SocketPath, IsAbsoluteAndFitsASocketsAddress) {
  EXPECT_TRUE(is_socket_path("/run/larder/larder.sock"));
  EXPECT_TRUE(is_socket_path("/" + std::string(106, 'a')));
  for (const std::string text : {"", "/", "larder.sock", "unix:/run/x", "/run/", "./x"}) {
    EXPECT_FALSE(is_socket_path(text)) << text;
  }
  EXPECT_FALSE(is_socket_path("/" + std::string(107, 'a')));
}

class GoodPatterns : public TestWithParam<std::string> {};

TEST_P(GoodPatterns, AreAccepted) {
  EXPECT_TRUE(is_host_pattern(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, GoodPatterns,
                         Values("docker.io", "*.gcr.io", "*.dkr.ecr.*.amazonaws.com", "localhost",
                                "registry:5000", "r*.example:5000", "[::1]:5000",
                                "Registry.Example", "*"));

class BadPatterns : public TestWithParam<std::string> {};

TEST_P(BadPatterns, AreRefused) {
  EXPECT_FALSE(is_host_pattern(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, BadPatterns,
                         Values("", "**", "**.io", ".io", "io.", "a b", "https://docker.io",
                                "docker.io/library", "docker.io:0", "docker.io:", "docker.io:x",
                                "user@docker.io", "::1", std::string(254, 'a'),
                                std::string(64, 'a') + ".io"));

TEST(RegistryHost, IsNoPattern) {
  EXPECT_TRUE(is_registry_host("docker.io"));
  EXPECT_FALSE(is_registry_host("*.io"));
}

TEST(PortlessHostPattern, HasNoPort) {
  for (const std::string text : {"docker.io", "*.gcr.io", "localhost", "127.0.0.1", "[::1]"}) {
    EXPECT_TRUE(is_portless_host_pattern(text)) << text;
  }
  for (const std::string text : {"docker.io:443", "[::1]:443", "", "a b", "**"}) {
    EXPECT_FALSE(is_portless_host_pattern(text)) << text;
  }
}

}  // namespace
}  // namespace larder::config
