#include "daemon/registry/listener_hosts.h"

#include <gtest/gtest.h>

namespace larder::registry {
namespace {

struct Case {
  const char* pattern;
  const char* host;  // of the Host header
  const char* asked_as;
};

class HostAskedAs : public ::testing::TestWithParam<Case> {};

TEST_P(HostAskedAs, IsOneThatTheListenerStandsFor) {
  http::Request request{"GET", "/v2/", {}, "", "node"};
  request.headers.add("Host", GetParam().host);

  EXPECT_EQ(host_asked_as(request, {{"node", {"other.example", GetParam().pattern}}}),
            GetParam().asked_as);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostAskedAs,
    ::testing::Values(
        Case{"ghcr.io", "ghcr.io", "ghcr.io"}, Case{"ghcr.io", "GHCR.io:5443", "ghcr.io"},
        Case{"*.dkr.ecr.eu-west-1.amazonaws.com", "1234.dkr.ecr.eu-west-1.amazonaws.com",
             "1234.dkr.ecr.eu-west-1.amazonaws.com"},
        Case{"ghcr.io", "other.example", "other.example"}, Case{"ghcr.io", "quay.io", ""},
        Case{"ghcr.io", "a.ghcr.io", ""}, Case{"*.gcr.io", "gcr.io", ""}, Case{"*", "", ""},
        // Larder's own names are no registry's unless somebody writes them.
        Case{"*", "localhost:5050", ""}, Case{"*.*.*.*", "127.0.0.1:5050", ""},
        Case{"*", "[::1]:5050", ""}, Case{"localhost", "localhost:5050", "localhost"},
        Case{"127.0.0.1", "127.0.0.1:5050", "127.0.0.1"}, Case{"[::1]", "[::1]:5050", "[::1]"}));

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
