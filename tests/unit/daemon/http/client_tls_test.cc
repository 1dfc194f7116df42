// Whom the client trusts.
#include "daemon/http/tls_context.h"
#include "daemon/http/tls_transport.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::respond;
using testing::say_and_close;
using testing::say_and_reset;
using testing::ScriptedServer;
using testing::TestAuthority;

class ClientTlsTest : public ClientTest {
 protected:
  ClientTlsTest() { options_.ca_file = authority_.ca_file(); }

  TestAuthority authority_;
};

TEST_F(ClientTlsTest, TrustsTheConfiguredAuthority) {
  ScriptedServer server(respond(200, "hello"), authority_.issue());

  EXPECT_EQ(told(get(server), server), "ok");

  EXPECT_EQ(response_.bytes(), "hello");
}

TEST_F(ClientTlsTest, VerifiesHostNames) {
  ScriptedServer server(respond(200, "hello"), authority_.issue({.names = {"DNS:localhost"}}));

  const auto by_name = send(request("https://localhost:" + std::to_string(server.port()) + "/"));
  const auto by_address = get(server);

  EXPECT_TRUE(by_name.ok()) << describe(by_name.error());
  EXPECT_EQ(told(by_address, server), "upstream_down: PEER: TLS: IP address mismatch");
}

TEST_F(ClientTlsTest, RefusesACertificateForAnotherName) {
  ScriptedServer server(respond(200), authority_.issue({.names = {"DNS:other.example"}}));

  const auto sent = send(request("https://localhost:" + std::to_string(server.port()) + "/"));

  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("hostname mismatch"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(ClientTlsTest, RefusesAnExpiredCertificate) {
  ScriptedServer server(respond(200), authority_.issue({.expired = true}));

  EXPECT_EQ(told(get(server), server), "upstream_down: PEER: TLS: certificate has expired");
}

TEST_F(ClientTlsTest, RefusesAnUnknownAuthority) {
  TestAuthority unknown;
  ScriptedServer server(respond(200), unknown.issue());

  const auto sent = get(server);

  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("unable to get local issuer certificate"), std::string::npos)
      << describe(sent.error());
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(ClientTlsTest, UsesAConnectionAgain) {
  ScriptedServer server(respond(200, "hello"), authority_.issue());

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(ClientTlsTest, AsksAgainWhenThePeerHasClosedAnIdleConnection) {
  ScriptedServer server(respond(200, "hello"), authority_.issue());
  ASSERT_TRUE(get(server).ok());
  server.next(say_and_close(""));

  EXPECT_EQ(told(get(server), server), "ok");
}

TEST_F(ClientTlsTest, ReadsALargeBody) {
  const std::string body(3'000'000, 'x');
  ScriptedServer server(respond(200, body), authority_.issue());

  ASSERT_EQ(told(get(server), server), "ok");

  EXPECT_EQ(response_.bytes(), body);
}

TEST_F(ClientTlsTest, TellsAPeerThatVanishesInTheBody) {
  ScriptedServer server(say_and_reset("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
                        authority_.issue());

  EXPECT_EQ(get(server).error().code, Errc::upstream_down);
}

// Without a length, only TLS itself can tell a whole body from one that was cut by an attacker.
TEST_F(ClientTlsTest, TakesNoTcpEndForTheEndOfABody) {
  ScriptedServer server(say_and_reset("HTTP/1.1 200 OK\r\n\r\nabc"), authority_.issue());
  server.next(say_and_close("HTTP/1.1 200 OK\r\n\r\nabc"));

  EXPECT_EQ(told(get(server), server), "ok");
  EXPECT_EQ(get(server).error().code, Errc::upstream_down);
}

TEST(TlsContext, RefusesAFileThatHoldsNoCertificate) {
  const auto context = TlsContext::create("/proc/self/status");

  ASSERT_FALSE(context.ok());
  EXPECT_EQ(context.error().code, Errc::invalid);
  EXPECT_NE(context.error().context.find("/proc/self/status"), std::string::npos);
}

}  // namespace
}  // namespace larder::http
