#include "daemon/http/no_proxy.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

struct Case {
  std::vector<std::string> entries;
  const char* target;
};

class Covered : public ::testing::TestWithParam<Case> {};

TEST_P(Covered, IsReachedDirectly) {
  EXPECT_TRUE(NoProxy(GetParam().entries).covers(Url::parse(GetParam().target).value()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Covered,
    ::testing::Values(
        Case{{"*"}, "https://a.example"}, Case{{"a.example"}, "https://a.example"},
        Case{{"a.example"}, "http://a.example:5000"}, Case{{" A.Example "}, "https://a.example"},
        Case{{"example"}, "https://a.example"}, Case{{".example"}, "https://a.example"},
        Case{{"*.example"}, "https://a.b.example"},
        Case{{"other", "a.example:5000"}, "http://a.example:5000"},
        Case{{"a.example:443"}, "https://a.example"}, Case{{".example:443"}, "https://a.example"},
        Case{{"10.0.0.7"}, "http://10.0.0.7:5000"}, Case{{"10.0.0.7:5000"}, "http://10.0.0.7:5000"},
        Case{{"10.0.0.0/8"}, "http://10.255.0.1"}, Case{{"10.128.0.0/9"}, "http://10.129.0.1"},
        Case{{"0.0.0.0/0"}, "http://8.8.8.8"}, Case{{"fd00::7"}, "http://[fd00::7]"},
        Case{{"[fd00::7]"}, "http://[fd00::7]"}, Case{{"[fd00::7]:5000"}, "http://[fd00::7]:5000"},
        Case{{"fd00::/8"}, "http://[fdff::1]"}, Case{{"10.0.0.0/8"}, "http://[::ffff:10.0.0.1]"},
        // Whatever the list says.
        Case{{}, "http://localhost:5000"}, Case{{}, "http://127.0.0.1:5000"},
        Case{{}, "http://127.1.2.3"}, Case{{}, "http://[::1]:5000"}));

class NotCovered : public ::testing::TestWithParam<Case> {};

TEST_P(NotCovered, IsReachedThroughTheProxy) {
  EXPECT_FALSE(NoProxy(GetParam().entries).covers(Url::parse(GetParam().target).value()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, NotCovered,
    ::testing::Values(
        Case{{}, "https://a.example"}, Case{{"", " "}, "https://a.example"},
        Case{{"b.example"}, "https://a.example"}, Case{{"example"}, "https://aexample"},
        Case{{".a.example"}, "https://a.example"}, Case{{"*.a.example"}, "https://a.example"},
        Case{{"a.example:5000"}, "https://a.example"}, Case{{"a.example:0"}, "https://a.example"},
        Case{{"a.example:x"}, "https://a.example"}, Case{{":443"}, "https://a.example"},
        Case{{"a.*"}, "https://a.example"}, Case{{"10.0.0.7:80"}, "https://10.0.0.7"},
        Case{{"10.0.0.7"}, "http://10.0.0.8"}, Case{{"10.128.0.0/9"}, "http://10.127.0.1"},
        Case{{"10.0.0.0/33"}, "http://10.0.0.0"}, Case{{"10.0.0.0/-1"}, "http://10.0.0.0"},
        Case{{"10.0.0.0/"}, "http://10.0.0.0"}, Case{{"[fd00::7"}, "http://[fd00::7]"},
        Case{{"fd00::/8"}, "http://[fc00::1]"}, Case{{"0.0.0.0/0"}, "http://[fd00::1]"}));

}  // namespace
}  // namespace larder::http
