#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(Listeners, AreReadInOrder) {
  const Config config = parsed(
      "listeners:\n"
      "  - {name: node, address: '127.0.0.1:5050', auth: none}\n"
      "  - {name: pods-2, address: '[::1]:5443'}\n");

  EXPECT_THAT(config.listeners,
              ElementsAre(Listener{"node", "127.0.0.1:5050"}, Listener{"pods-2", "[::1]:5443"}));
}

TEST(Listeners, MayShareAnAddressWhosePortTheKernelChooses) {
  EXPECT_EQ(problems_of("listeners:\n"
                        "  - {name: a, address: '127.0.0.1:0'}\n"
                        "  - {name: b, address: '127.0.0.1:0'}\n"
                        "metrics: {address: '127.0.0.1:0'}\n"),
            "");
}

TEST(Listeners, MayNotBeOnTheDefaultMetricsAddress) {
  EXPECT_EQ(problems_of("listeners:\n"
                        "  - {name: a, address: '127.0.0.1:5051'}\n"),
            "f.yaml:2: listeners[0].address: got \"127.0.0.1:5051\", expected another than "
            "metrics.address has by default");
}

TEST(Metrics, MayNotBeOnTheDefaultListenersAddress) {
  EXPECT_EQ(problems_of("metrics: {address: '127.0.0.1:5050'}"),
            "f.yaml:1: metrics.address: got \"127.0.0.1:5050\", expected another than listeners "
            "has by default");
}

TEST(Metrics, AreToldApartFromListenersWhicheverComesFirst) {
  EXPECT_EQ(problems_of("metrics: {address: '[::1]:1'}\n"
                        "listeners: [{name: a, address: '[::1]:1'}]\n"),
            "f.yaml:2: listeners[0].address: got \"[::1]:1\", expected another than "
            "metrics.address has on line 1");
}

TEST(Control, MayNotBeAListenersSocket) {
  EXPECT_EQ(problems_of("listeners: [{name: a, address: 'unix:/run/x'}]\n"
                        "control: {socket: /run/x}\n"),
            "f.yaml:2: control.socket: got \"unix:/run/x\", expected another than "
            "listeners[0].address has on line 1");
}

struct BadListener {
  std::string yaml;   // of one element
  std::string start;  // of the problem, after "f.yaml:"
  std::string what;
};

class BadListeners : public TestWithParam<BadListener> {};

TEST_P(BadListeners, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of("listeners:\n  - " + GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadListeners,
    Values(
        BadListener{"node", "2: listeners[0]", "a mapping"},
        BadListener{"{address: 'a:1'}", "2: listeners[0].name", "got nothing"},
        BadListener{"{name: a}", "2: listeners[0].address", "got nothing"},
        BadListener{"{name: Node, address: 'a:1'}", "2: listeners[0].name", "a-z, 0-9 and -"},
        BadListener{"{name: '', address: 'a:1'}", "2: listeners[0].name", "got \"\""},
        BadListener{"{name: " + std::string(33, 'a') + ", address: 'a:1'}", "2: listeners[0].name",
                    "at most 32"},
        BadListener{"{name: a, address: ':5050'}", "2: listeners[0].address", "interface:NAME"},
        BadListener{"{name: a, address: 'a:1', port: 1}", "2: listeners[0].port", "unknown key"},
        BadListener{"name: a\n    adress: a:1", "2: listeners[0].address", "got nothing"},
        BadListener{"{name: a, address: 'a:1'}\n  - {name: a, address: 'a:2'}",
                    "3: listeners[1].name", "another than listeners[0].name has on line 2"},
        BadListener{"{name: a, address: 'a:1'}\n  - {name: b, address: 'a:1'}",
                    "3: listeners[1].address", "another than listeners[0].address has on line 2"},
        BadListener{"{name: a, address: 'a:1', hosts: ghcr.io}", "2: listeners[0].hosts",
                    "a list of hosts"},
        BadListener{"{name: a, address: 'a:1', hosts: ['ghcr.io:443']}", "2: listeners[0].hosts[0]",
                    "without a port"},
        BadListener{"{name: a, address: 'a:1', hosts: [ghcr.io, [x]]}", "2: listeners[0].hosts[1]",
                    "got a list"},
        BadListener{"{name: a, address: 'a:1', policy: policy.json}", "2: listeners[0].policy",
                    "the absolute path"},
        BadListener{"{name: a, address: 'a:1', policy: {Version: 1}}", "2: listeners[0].policy",
                    "got a mapping"},
        BadListener{
            "{name: a, address: 'a:1', auth: required}", "2: listeners[0].auth",
            "no way to get a token, expected tokens.htpasswd, tokens.issuers, tokens.access_keys, "
            "tls.client_ca, or"},
        BadListener{"{name: a, address: 'a:1', auth: nobody}", "2: listeners[0].auth",
                    "expected none or tenant or required"},
        BadListener{"{name: a, address: 'a:1', auth: {kind: none}}", "2: listeners[0].auth",
                    "got a mapping"}));

TEST(Listeners, MustBeAListOfOneToSixteen) {
  EXPECT_THAT(problems_of("listeners: {}"), StartsWith("f.yaml:1: listeners: got a mapping"));
  EXPECT_EQ(problems_of("listeners: []"), "f.yaml:1: listeners: got 0 listeners, expected 1 to 16");
  EXPECT_EQ(problems_of("listeners: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"),
            "f.yaml:1: listeners: got 17 listeners, expected 1 to 16");
}

}  // namespace
}  // namespace larder::config
