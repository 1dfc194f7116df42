#include "daemon/registry/listener_hosts.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

struct HostCase {
  const char* pattern;
  const char* host;  // of the Host header
  const char* asked_as;
};

class HostAskedAs : public ::testing::TestWithParam<HostCase> {};

TEST_P(HostAskedAs, IsOneThatTheListenerStandsFor) {
  http::Request request{"GET", "/v2/", {}, "", "node"};
  request.headers.add("Host", GetParam().host);

  EXPECT_EQ(host_asked_as(request, {{"node", {"other.example", GetParam().pattern}}}),
            GetParam().asked_as);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostAskedAs,
    ::testing::Values(
        HostCase{"ghcr.io", "ghcr.io", "ghcr.io"}, HostCase{"ghcr.io", "GHCR.io:5443", "ghcr.io"},
        HostCase{"*.dkr.ecr.eu-west-1.amazonaws.com", "1234.dkr.ecr.eu-west-1.amazonaws.com",
                 "1234.dkr.ecr.eu-west-1.amazonaws.com"},
        HostCase{"ghcr.io", "other.example", "other.example"}, HostCase{"ghcr.io", "quay.io", ""},
        HostCase{"ghcr.io", "a.ghcr.io", ""}, HostCase{"*.gcr.io", "gcr.io", ""},
        HostCase{"*", "", ""},
        // Larder's own names are no registry's unless somebody writes them.
        HostCase{"*", "localhost:5050", ""}, HostCase{"*.*.*.*", "127.0.0.1:5050", ""},
        HostCase{"*", "[::1]:5050", ""}, HostCase{"localhost", "localhost:5050", "localhost"},
        HostCase{"127.0.0.1", "127.0.0.1:5050", "127.0.0.1"},
        HostCase{"[::1]", "[::1]:5050", "[::1]"}));

TEST(Reaches, IsTrueForWhatTheListenersPatternsCover) {
  const ListenerHosts reached{{"endpoint", {"ghcr.io", "*.gcr.io"}}, {"node", {}}};

  EXPECT_TRUE(reaches("endpoint", "ghcr.io", reached));
  EXPECT_TRUE(reaches("endpoint", "eu.gcr.io", reached));
  EXPECT_FALSE(reaches("endpoint", "docker.io", reached));
  EXPECT_FALSE(reaches("endpoint", "gcr.io", reached));
  EXPECT_TRUE(reaches("node", "docker.io", reached)) << "without any, all";
  EXPECT_TRUE(reaches("another", "docker.io", reached));
}

TEST(HostAskedAs, IsNoneOfAnotherListenersHosts) {
  http::Request request{"GET", "/v2/", {}, "", "node"};
  request.headers.add("Host", "ghcr.io");

  EXPECT_EQ(host_asked_as(request, {{"endpoint", {"ghcr.io"}}}), "");
}

TEST(HostAskedAs, IsNoneWithoutAHeader) {
  EXPECT_EQ(host_asked_as({"GET", "/v2/", {}, "", "node"}, {{"node", {"*"}}}), "");
}

}  // namespace
}  // namespace larder::registry
