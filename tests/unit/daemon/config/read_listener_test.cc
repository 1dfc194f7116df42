// One listener: how it is reached, by whom, and what it takes.
#include "daemon/config/read_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::TestWithParam;
using ::testing::Values;

// A listener by what stands in its mapping besides name and address.
std::string listener_yaml(const std::string& rest, const std::string& address = "10.0.0.1:5443") {
  return "tokens: {anonymous: true}\nlisteners:\n  - {name: a, address: '" + address + "', " +
         rest + "}\n";
}
Listener listener_with(const std::string& rest, const std::string& address = "10.0.0.1:5443") {
  return parsed(listener_yaml(rest, address)).listeners.at(0);
}

TEST(Listener, StandsForHostsAndReachesUpstreams) {
  const Listener listener = listener_with("hosts: [ghcr.io], upstreams: ['*.gcr.io', 'a:5000']");

  EXPECT_THAT(listener.hosts, ElementsAre("ghcr.io"));
  EXPECT_THAT(listener.upstreams, ElementsAre("*.gcr.io", "a:5000"));
}

TEST(Listener, SaysWhoMayPull) {
  const Listener listener =
      listener_with("auth: required, policy: /etc/p.json, policy_mode: dry-run");

  EXPECT_EQ(listener.auth, ListenerAuth::required);
  EXPECT_EQ(listener.policy_file, "/etc/p.json");
  EXPECT_EQ(listener.policy_mode, PolicyMode::dry_run);
  EXPECT_EQ(listener_with("auth: tenant").auth, ListenerAuth::tenant);
  EXPECT_EQ(listener_with("hosts: []").auth, ListenerAuth::none);
}

TEST(Listener, HasCertificatesAndWantsThem) {
  const Tls tls = listener_with(
                      "tls: {certificate: /a.crt, key: /a.key, client_ca: /ca.crt, "
                      "certificates: [{certificate: /b.crt, key: /b.key}]}")
                      .tls;

  EXPECT_THAT(tls.certificates, ElementsAre(CertificatePair{"/a.crt", "/a.key"},
                                            CertificatePair{"/b.crt", "/b.key"}));
  EXPECT_EQ(tls.client_ca_file, "/ca.crt");
  EXPECT_EQ(tls.clients, ClientCertificates::required);
}

TEST(Listener, MayLeaveItToClientsWhetherTheyShowACertificate) {
  EXPECT_EQ(listener_with("tls: {certificate: /a.crt, key: /a.key, client_ca: /ca.crt, "
                          "client_certificates: optional}")
                .tls.clients,
            ClientCertificates::optional);
  EXPECT_EQ(listener_with("tls: {certificate: /a.crt, key: /a.key}").tls.clients,
            ClientCertificates::none);
}

TEST(Listener, IsForSourcesPerhapsBehindProxies) {
  const Listener listener =
      listener_with("allow: [10.0.0.0/8, 'fd00::/8'], proxy_protocol: [10.0.0.7]");

  EXPECT_THAT(listener.allow, ElementsAre("10.0.0.0/8", "fd00::/8"));
  EXPECT_THAT(listener.proxies, ElementsAre("10.0.0.7"));
}

TEST(Listener, IsPublicOnlyWhenItSaysSo) {
  EXPECT_TRUE(listener_with("public: true", "0.0.0.0:5050").is_public);
  EXPECT_THAT(problems_of(listener_yaml("public: false", "0.0.0.0:5050")),
              HasSubstr("listeners[0].address: got 0.0.0.0:5050, which more than a private "
                        "network may reach, expected a private address"));
}

TEST(Listener, MayBeASocketOfChosenUsers) {
  const Listener listener =
      listener_with("socket: {mode: '0660', user_ids: ['0', '1000']}", "unix:/run/x.sock");

  EXPECT_EQ(listener.socket.mode, 0660U);
  EXPECT_THAT(listener.socket.user_ids, ElementsAre(0U, 1000U));
}

TEST(Listener, HasLimits) {
  const Limits limits =
      listener_with(
          "limits: {connections: 100, requests: 50, rate: 100MiB, connections_per_source: 10, "
          "requests_per_source: 5, rate_per_source: 1MiB, head_timeout: 5s, idle_timeout: 1m}")
          .limits;

  EXPECT_EQ(limits, (Limits{100, 50, 100ULL << 20, 10, 5, 1ULL << 20, Milliseconds(5000),
                            Milliseconds(60000)}));
  EXPECT_EQ(listener_with("limits: {}", "127.0.0.1:5050").limits, Limits{});
}

TEST(Listener, IsForNoSourceAloneWhereOthersReachIt) {
  EXPECT_EQ(listener_with("auth: none", "10.0.0.1:5050").limits.connections_per_source, 1024U);
  EXPECT_EQ(listener_with("auth: none", "10.0.0.1:5050").limits.requests, 512U);
  EXPECT_EQ(listener_with("limits: {rate: 1MiB}", "10.0.0.1:5050").limits.requests_per_source,
            256U);
  EXPECT_EQ(listener_with("limits: {requests: 0}", "10.0.0.1:5050").limits.requests, 0U);
  EXPECT_EQ(listener_with("auth: none", "127.0.0.1:5050").limits.requests, 0U);
}

TEST(Listener, IsShownAsItWasRead) {
  const Config config = parsed(listener_yaml(
      "public: true, allow: [10.0.0.0/8], proxy_protocol: ['::1'], hosts: [a.io], "
      "upstreams: [b.io], auth: required, policy: /p.json, policy_mode: dry-run, "
      "tls: {certificate: /a, key: /b, client_ca: /c, client_certificates: optional, "
      "certificates: [{certificate: /d, key: /e}]}, limits: {rate: 1MiB, requests: 7}"));

  EXPECT_EQ(parsed(to_yaml(config)).listeners, config.listeners);
}

TEST(Listener, IsShownWithItsSocketAsItWasRead) {
  const Config config =
      parsed(listener_yaml("socket: {mode: '600', user_ids: ['7']}", "unix:/run/x.sock"));

  EXPECT_EQ(parsed(to_yaml(config)).listeners, config.listeners);
}

TEST(Egress, IsTheNetworksThatLarderDials) {
  const Config config = parsed("egress: {allow: [10.0.0.0/8, 'fd00::/8']}\n");

  EXPECT_THAT(config.egress_allow, ElementsAre("10.0.0.0/8", "fd00::/8"));
  EXPECT_EQ(parsed(to_yaml(config)).egress_allow, config.egress_allow);
  EXPECT_THAT(parsed("").egress_allow, IsEmpty());
}

class BadEgress : public TestWithParam<std::string> {};

TEST_P(BadEgress, IsRefused) {
  EXPECT_THAT(problems_of("egress: " + GetParam()), HasSubstr("f.yaml:1: egress"));
}

INSTANTIATE_TEST_SUITE_P(Table, BadEgress,
                         Values("{}", "{allow: []}", "{allow: [ghcr.io]}", "[10.0.0.0/8]",
                                "{allow: [10.0.0.0/8], deny: [10.1.0.0/16]}"));

struct BadPart {
  std::string rest;
  std::string key;
  std::string what;
};

class BadParts : public TestWithParam<BadPart> {};

TEST_P(BadParts, AreRefusedWithTheirKey) {
  const std::string problems = problems_of(listener_yaml(GetParam().rest));

  EXPECT_THAT(problems, HasSubstr("f.yaml:3: listeners[0]." + GetParam().key + ": "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadParts,
    Values(BadPart{"tls: {}", "tls.certificate", "the absolute path of a PEM file"},
           BadPart{"tls: {certificate: /a}", "tls.key", "the key of certificate"},
           BadPart{"tls: {key: /a}", "tls.certificate", "the certificate of key"},
           BadPart{"tls: {certificate: a, key: /b}", "tls.certificate", "absolute"},
           BadPart{"tls: {certificates: [{key: /b}]}", "tls.certificates[0].certificate", ""},
           BadPart{"tls: {certificates: []}", "tls.certificates", "at least one"},
           BadPart{"tls: {certificate: /a, key: /b, client_certificates: optional}",
                   "tls.client_certificates", "client_ca beside it"},
           BadPart{"tls: {certificate: /a, key: /b, ciphers: all}", "tls.ciphers", ""},
           BadPart{"allow: [10.0.0.1/8]", "allow[0]", "a network such as 10.0.0.0/8"},
           BadPart{"allow: []", "allow", "at least one"},
           BadPart{"upstreams: []", "upstreams", "at least one"},
           BadPart{"allow: everybody", "allow", "a list of networks"},
           BadPart{"proxy_protocol: [proxy.example]", "proxy_protocol[0]", "a network"},
           BadPart{"public: maybe", "public", "true or false"},
           BadPart{"socket: {mode: '0660'}", "socket", "an address such as unix:/run/x.sock"},
           BadPart{"upstreams: ['https://ghcr.io']", "upstreams[0]", "a host such as ghcr.io"},
           BadPart{"policy_mode: dry-run", "policy_mode", "a policy beside it"},
           BadPart{"policy: /p, policy_mode: off", "policy_mode", "enforce or dry-run"},
           BadPart{"limits: {connections: many}", "limits.connections", "a number"},
           BadPart{"limits: {requests: 10%}", "limits.requests", "a number"},
           BadPart{"limits: {rate: 1KiB}", "limits.rate", "at least 64KiB"},
           BadPart{"limits: {head_timeout: 0}", "limits.head_timeout", "a duration from 1s"},
           BadPart{"limits: {speed: 1}", "limits.speed", ""}));

class BadSockets : public TestWithParam<std::string> {};

TEST_P(BadSockets, AreRefused) {
  EXPECT_FALSE(problems_of(listener_yaml(GetParam(), "unix:/run/x.sock")).empty());
}

INSTANTIATE_TEST_SUITE_P(Table, BadSockets,
                         Values("socket: {mode: '888'}", "socket: {mode: '7777'}",
                                "socket: {mode: rw}", "socket: {user_ids: [root]}",
                                "socket: {user_ids: ['-1']}", "socket: {user_ids: []}",
                                "socket: {user_ids: everybody}", "allow: [10.0.0.0/8]",
                                "proxy_protocol: [10.0.0.0/8]"));

class WaysToGetAToken : public TestWithParam<std::string> {};

TEST_P(WaysToGetAToken, LetAListenerRequireOne) {
  EXPECT_THAT(problems_of("tokens: {" + GetParam() +
                          "}\n"
                          "listeners: [{name: a, address: 'a:1', auth: required}]\n"),
              IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Table, WaysToGetAToken,
                         Values("htpasswd: /etc/larder/htpasswd", "anonymous: true",
                                "access_keys: /etc/larder/access-keys",
                                "issuers: [{name: a, issuer: 'https://a', audiences: [b]}]"));

TEST(WaysToGetAToken, MayBeTheCertificatesOfClients) {
  EXPECT_THAT(problems_of("listeners: [{name: a, address: 'a:1', auth: required, "
                          "tls: {certificate: /a, key: /b, client_ca: /c}}]\n"),
              IsEmpty());
}

TEST(ToString, NamesWhatAListenerAsksFor) {
  EXPECT_EQ(to_string(ListenerAuth::none), "none");
  EXPECT_EQ(to_string(ListenerAuth::tenant), "tenant");
  EXPECT_EQ(to_string(ListenerAuth::required), "required");
}

}  // namespace
}  // namespace larder::config
