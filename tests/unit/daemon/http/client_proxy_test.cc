// Targets reached through a proxy, over real sockets. Names have no address but the proxy's word.
#include "daemon/http/dialer.h"
#include "daemon/http/tunnel.h"
#include "tests/support/scripted_proxy.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::open_tunnel;
using testing::respond;
using testing::say;
using testing::say_and_close;
using testing::say_and_drip;
using testing::say_and_hang;
using testing::ScriptedServer;

constexpr const char* kName = "registry.example";

class ClientProxyTest : public ClientTest {
 protected:
  ClientProxyTest() { options_.ca_file = authority_.ca_file(); }

  testing::ServerCertificate certificate() {
    return authority_.issue({.names = {"DNS:registry.example", "IP:127.0.0.1"}});
  }

  void use(const ScriptedServer& proxy) {
    const Proxy made{Url::parse(proxy.url("/")).value(), credential_};
    options_.proxies = {made, made, NoProxy(no_proxy_)};
  }
  static std::string named(const char* scheme, const ScriptedServer& target,
                           const char* path = "/") {
    return std::string(scheme) + "://" + kName + ":" + std::to_string(target.port()) + path;
  }
  Status get_https(const ScriptedServer& target) { return send(request(named("https", target))); }

  testing::TestAuthority authority_;
  std::function<Result<std::string>()> credential_;
  std::vector<std::string> no_proxy_;
};

TEST_F(ClientProxyTest, ReachesHttpsThroughATunnel) {
  ScriptedServer target(respond(200, "hello"), certificate());
  ScriptedServer proxy(open_tunnel());
  use(proxy);

  ASSERT_EQ(told(get_https(target), target), "ok");

  const auto place = std::string(kName) + ":" + std::to_string(target.port());
  EXPECT_EQ(proxy.requests().front().head,
            "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\nUser-Agent: larder\r\n\r\n");
  EXPECT_TRUE(target.requests().front().head.starts_with("GET / HTTP/1.1\r\nHost: " + place));
  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(ClientProxyTest, ReachesHttpsThroughATunnelOfAnHttpsProxy) {
  const std::string body(3'000'000, 'x');
  ScriptedServer target(respond(200, body), certificate());
  ScriptedServer proxy(open_tunnel(), certificate());
  use(proxy);

  ASSERT_EQ(told(get_https(target), target), "ok");
  ASSERT_EQ(told(get_https(target), target), "ok");

  EXPECT_EQ(response_.bytes(), body + body);
  EXPECT_EQ(target.connections(), 1U);
}

TEST_F(ClientProxyTest, ChecksTheTargetsCertificateInsideTheTunnel) {
  ScriptedServer target(respond(200), authority_.issue({.names = {"DNS:other.example"}}));
  ScriptedServer proxy(open_tunnel());
  use(proxy);

  const auto sent = get_https(target);

  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("hostname mismatch"), std::string::npos);
  EXPECT_EQ(target.requests().size(), 0U);
}

TEST_F(ClientProxyTest, AsksForHttpWithTheWholeUrl) {
  ScriptedServer proxy(respond(200, "hello"));
  use(proxy);

  ASSERT_TRUE(send(request("http://registry.example:5000/v2/?sig=%2F")).ok());

  EXPECT_TRUE(proxy.requests().front().head.starts_with(
      "GET http://registry.example:5000/v2/?sig=%2F HTTP/1.1\r\nHost: registry.example:5000\r\n"))
      << proxy.requests().front().head;
}

TEST_F(ClientProxyTest, ShowsItsCredentialToTheProxyAlone) {
  credential_ = [] { return std::string("Basic dTpw"); };
  ScriptedServer target(respond(200), certificate());
  ScriptedServer proxy(respond(200));
  proxy.next(open_tunnel());
  use(proxy);

  ASSERT_TRUE(get_https(target).ok());
  ASSERT_TRUE(send(request("http://registry.example/")).ok());

  constexpr const char* kField = "\r\nProxy-Authorization: Basic dTpw\r\n";
  EXPECT_NE(proxy.requests()[0].head.find(kField), std::string::npos);
  EXPECT_NE(proxy.requests()[1].head.find(kField), std::string::npos);
  EXPECT_EQ(target.requests().front().head.find("Proxy-Authorization"), std::string::npos);
}

TEST_F(ClientProxyTest, DoesNotAskWithoutACredentialItShouldHave) {
  credential_ = []() -> Result<std::string> { return Error{Errc::io, "read /p: gone"}; };
  ScriptedServer proxy(respond(200));
  use(proxy);

  for (const char* url : {"https://registry.example/", "http://registry.example/"}) {
    EXPECT_EQ(told(send(request(url)), proxy),
              "upstream_down: registry.example: proxy PEER: credential: read /p: gone");
  }

  EXPECT_EQ(proxy.requests().size(), 0U);
}

TEST_F(ClientProxyTest, PutsNothingOfACredentialIntoTheHeadThatIsNoHeader) {
  credential_ = [] { return std::string("Basic x\r\nX-Injected: 1"); };
  ScriptedServer proxy(respond(200));
  use(proxy);

  EXPECT_EQ(told(send(request("http://registry.example/")), proxy),
            "upstream_down: registry.example: proxy PEER: credential: a control character");
}

struct ProxyRefusal {
  testing::Script said;
  std::string code;
  std::string why;
};

class RefusingProxies : public ClientProxyTest,
                        public ::testing::WithParamInterface<ProxyRefusal> {};

TEST_P(RefusingProxies, AreNamed) {
  options_.timeouts.connect = std::chrono::milliseconds(300);
  ScriptedServer proxy(GetParam().said);
  use(proxy);

  EXPECT_EQ(told(send(request("https://registry.example/secret")), proxy),
            GetParam().code + ": registry.example: proxy PEER: " + GetParam().why);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusingProxies,
    ::testing::Values(ProxyRefusal{respond(403, "no"), "upstream_down", "HTTP 403"},
                      ProxyRefusal{respond(407, "", {{"Proxy-Authenticate", "Basic"}}),
                                   "upstream_down", "HTTP 407"},
                      ProxyRefusal{respond(302), "upstream_down", "HTTP 302"},
                      ProxyRefusal{say_and_close(""), "upstream_down",
                                   "the peer closed before a whole response head"},
                      ProxyRefusal{say_and_close("SSH-2.0\r\n\r\n"), "upstream_down",
                                   "the peer speaks no HTTP/1"},
                      ProxyRefusal{say("HTTP/1.1 200 OK\r\n\r\nbytes"), "upstream_down",
                                   "bytes behind the head of its answer"},
                      ProxyRefusal{say("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a')),
                                   "upstream_down", "response head too large"},
                      ProxyRefusal{say_and_hang(""), "timeout", "connect deadline passed"},
                      ProxyRefusal{say_and_drip("HTTP/1.1 200 OK\r\n", std::string(20'000, 'a'),
                                                std::chrono::milliseconds(5)),
                                   "timeout", "connect deadline passed"}));

TEST_F(ClientProxyTest, CallsARefusalOfAnHttpRequestTheProxysOwn) {
  ScriptedServer proxy(respond(407, "", {{"Proxy-Authenticate", "Basic"}}));
  use(proxy);

  EXPECT_EQ(told(send(request("http://registry.example/")), proxy),
            "upstream_down: registry.example: proxy PEER: HTTP 407");

  EXPECT_EQ(response_.heads(), 0);
}

TEST_F(ClientProxyTest, TellsAProxyThatIsNotThere) {
  {
    ScriptedServer gone(respond(200));
    use(gone);
  }

  const auto sent = send(request("https://registry.example/"));

  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("registry.example: proxy 127.0.0.1"), std::string::npos);
  EXPECT_NE(sent.error().context.find("Connection refused"), std::string::npos);
}

TEST_F(ClientProxyTest, GoesAroundTheProxyWhereToldTo) {
  no_proxy_ = {kName};
  ScriptedServer proxy(respond(200));
  use(proxy);

  EXPECT_EQ(send(request("http://registry.example/")).error().code, Errc::upstream_down);

  EXPECT_EQ(proxy.connections(), 0U);
}

TEST_F(ClientProxyTest, AsksNoProxyForLoopback) {
  ScriptedServer target(respond(200));
  ScriptedServer proxy(respond(200));
  use(proxy);

  EXPECT_TRUE(get(target).ok());

  EXPECT_EQ(proxy.connections(), 0U);
}

TEST_F(ClientProxyTest, ChoosesByTheTargetsScheme) {
  ScriptedServer target(respond(200), certificate());
  ScriptedServer for_http(respond(200));
  ScriptedServer for_https(open_tunnel());
  options_.proxies = {
      Proxy{*Url::parse(for_http.url("/"))}, Proxy{*Url::parse(for_https.url("/"))}, {}};

  EXPECT_TRUE(get_https(target).ok());
  EXPECT_TRUE(send(request("http://registry.example/")).ok());

  EXPECT_EQ(for_https.requests().size(), 1U);
  EXPECT_EQ(for_http.requests().size(), 1U);
}

class LocalTargets : public ClientProxyTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(LocalTargets, AreNotAskedOfAProxyOnAPeersWord) {
  ScriptedServer proxy(respond(200));
  use(proxy);
  auto asked = request(GetParam());
  asked.reach = Reach::public_only;

  EXPECT_EQ(send(asked).error().code, Errc::denied);

  EXPECT_EQ(proxy.connections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Table, LocalTargets,
                         ::testing::Values("http://169.254.169.254/latest/",
                                           "https://169.254.169.254/", "http://2852039166/",
                                           "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
                                           "http://[::ffff:169.254.169.254]/",
                                           "http://metadata.google.internal/", "http://localhost/",
                                           "http://127.1/", "http://[fe80::1]/"));

TEST_F(ClientProxyTest, KeepsATunnelForTheNextRequest) {
  ScriptedServer target(respond(200, "hello"), certificate());
  ScriptedServer proxy(open_tunnel());
  use(proxy);

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(get_https(target).ok());

  EXPECT_EQ(proxy.connections(), 1U);
  EXPECT_EQ(target.connections(), 1U);
}

TEST(Route, HasAKeyThatTellsConnectionsApart) {
  const Proxy one{*Url::parse("http://p")};
  const Proxy other{*Url::parse("https://p")};
  const auto target = *Url::parse("https://a/x");
  const auto key = [&](Reach reach, bool certificate, const Proxy* proxy) {
    return Route{target, reach, certificate, proxy}.key();
  };

  const std::set<std::string> keys{
      key(Reach::anywhere, false, nullptr), key(Reach::public_only, false, nullptr),
      key(Reach::anywhere, true, nullptr), key(Reach::anywhere, false, &one),
      key(Reach::anywhere, false, &other)};

  EXPECT_EQ(keys.size(), 5U);
  EXPECT_EQ(keys.count(Route{*Url::parse("https://a:443/y"), Reach::anywhere, false, &one}.key()),
            1U);
}

}  // namespace
}  // namespace larder::http
