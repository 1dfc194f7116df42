#include "daemon/http/no_proxy.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

struct NoProxyCase {
  std::vector<std::string> entries;
  const char* target;
};

class Covered : public ::testing::TestWithParam<NoProxyCase> {};

TEST_P(Covered, IsReachedDirectly) {
  EXPECT_TRUE(NoProxy(GetParam().entries).covers(Url::parse(GetParam().target).value()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Covered,
    ::testing::Values(
        NoProxyCase{{"*"}, "https://a.example"}, NoProxyCase{{"a.example"}, "https://a.example"},
        NoProxyCase{{"a.example"}, "http://a.example:5000"},
        NoProxyCase{{" A.Example "}, "https://a.example"},
        NoProxyCase{{"example"}, "https://a.example"},
        NoProxyCase{{".example"}, "https://a.example"},
        NoProxyCase{{"*.example"}, "https://a.b.example"},
        NoProxyCase{{"other", "a.example:5000"}, "http://a.example:5000"},
        NoProxyCase{{"a.example:443"}, "https://a.example"},
        NoProxyCase{{".example:443"}, "https://a.example"},
        NoProxyCase{{"10.0.0.7"}, "http://10.0.0.7:5000"},
        NoProxyCase{{"10.0.0.7:5000"}, "http://10.0.0.7:5000"},
        NoProxyCase{{"10.0.0.0/8"}, "http://10.255.0.1"},
        NoProxyCase{{"10.128.0.0/9"}, "http://10.129.0.1"},
        NoProxyCase{{"0.0.0.0/0"}, "http://8.8.8.8"}, NoProxyCase{{"fd00::7"}, "http://[fd00::7]"},
        NoProxyCase{{"[fd00::7]"}, "http://[fd00::7]"},
        NoProxyCase{{"[fd00::7]:5000"}, "http://[fd00::7]:5000"},
        NoProxyCase{{"fd00::/8"}, "http://[fdff::1]"},
        NoProxyCase{{"10.0.0.0/8"}, "http://[::ffff:10.0.0.1]"},
        // Whatever the list says.
        NoProxyCase{{}, "http://localhost:5000"}, NoProxyCase{{}, "http://127.0.0.1:5000"},
        NoProxyCase{{}, "http://127.1.2.3"}, NoProxyCase{{}, "http://[::1]:5000"}));

class NotCovered : public ::testing::TestWithParam<NoProxyCase> {};

TEST_P(NotCovered, IsReachedThroughTheProxy) {
  EXPECT_FALSE(NoProxy(GetParam().entries).covers(Url::parse(GetParam().target).value()));
}

INSTANTIATE_TEST_SUITE_P(Table, NotCovered,
                         ::testing::Values(NoProxyCase{{}, "https://a.example"},
                                           NoProxyCase{{"", " "}, "https://a.example"},
                                           NoProxyCase{{"b.example"}, "https://a.example"},
                                           NoProxyCase{{"example"}, "https://aexample"},
                                           NoProxyCase{{".a.example"}, "https://a.example"},
                                           NoProxyCase{{"*.a.example"}, "https://a.example"},
                                           NoProxyCase{{"a.example:5000"}, "https://a.example"},
                                           NoProxyCase{{"a.example:0"}, "https://a.example"},
                                           NoProxyCase{{"a.example:x"}, "https://a.example"},
                                           NoProxyCase{{":443"}, "https://a.example"},
                                           NoProxyCase{{"a.*"}, "https://a.example"},
                                           NoProxyCase{{"10.0.0.7:80"}, "https://10.0.0.7"},
                                           NoProxyCase{{"10.0.0.7"}, "http://10.0.0.8"},
                                           NoProxyCase{{"10.128.0.0/9"}, "http://10.127.0.1"},
                                           NoProxyCase{{"10.0.0.0/33"}, "http://10.0.0.0"},
                                           NoProxyCase{{"10.0.0.0/-1"}, "http://10.0.0.0"},
                                           NoProxyCase{{"10.0.0.0/"}, "http://10.0.0.0"},
                                           NoProxyCase{{"[fd00::7"}, "http://[fd00::7]"},
                                           NoProxyCase{{"fd00::/8"}, "http://[fc00::1]"},
                                           NoProxyCase{{"0.0.0.0/0"}, "http://[fd00::1]"}));

}  // namespace
}  // namespace larder::http
