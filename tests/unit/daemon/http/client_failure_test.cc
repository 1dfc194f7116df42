// Peers that break off, lie or speak something else: an honest error, never a body that looks
// whole.
#include <sys/resource.h>

#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using testing::respond;
using testing::say_and_close;
using testing::say_and_reset;
using testing::ScriptedServer;

struct FailureCase {
  const char* said;
  const char* told;
};

class BrokenResponses : public ClientTest, public ::testing::WithParamInterface<FailureCase> {};

TEST_P(BrokenResponses, AreToldAsWhatTheyAre) {
  ScriptedServer server(say_and_close(GetParam().said));

  EXPECT_EQ(told(get(server, "/secret?sig=secret"), server), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BrokenResponses,
    ::testing::Values(
        FailureCase{"", "upstream_down: PEER: the peer closed before a whole response head"},
        FailureCase{"HTTP/1.1 200 OK\r\nA:",
                    "upstream_down: PEER: the peer closed before a whole response "
                    "head"},
        FailureCase{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                    "upstream_down: PEER: short body: 3 of 9 bytes"},
        FailureCase{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                    "upstream_down: PEER: short body: no last chunk"},
        FailureCase{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "upstream_down: PEER: chunked body: no chunk size"},
        FailureCase{"garbage\r\n\r\n", "upstream_down: PEER: the peer speaks no HTTP/1"},
        FailureCase{"HTTP/1.1 abc\r\n\r\n",
                    "upstream_down: PEER: malformed response head: malformed status line"}));

TEST_F(ClientTest, TellsAResetInTheBody) {
  ScriptedServer server(say_and_reset("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));

  EXPECT_EQ(get(server).error().code, Errc::upstream_down);
}

TEST_F(ClientTest, TellsARefusedConnection) {
  std::uint16_t port = 0;
  { port = ScriptedServer(respond(200)).port(); }

  const auto sent = send(request("http://127.0.0.1:" + std::to_string(port) + "/"));

  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Errc::upstream_down);
  EXPECT_NE(sent.error().context.find("Connection refused"), std::string::npos);
}

TEST_F(ClientTest, TellsANameThatDoesNotResolve) {
  auto asked = request("http://placeholder/");
  asked.url.host = "a..b";

  EXPECT_EQ(send(asked).error().code, Errc::upstream_down);
}

TEST_F(ClientTest, RefusesARequestThatMustNotReachTheWire) {
  ScriptedServer server(respond(200));
  auto asked = request(server.url("/"));
  asked.headers.add("A", "b\r\nInjected: yes");

  EXPECT_EQ(send(asked).error().code, Errc::invalid);

  EXPECT_EQ(server.connections(), 0U);
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST_F(ClientTest, KeepsLittleOfAHeadThatDoesNotEnd) {
  ScriptedServer server([](testing::ScriptedConnection& connection, const auto&) {
    const std::string field = "X: " + std::string(60'000, 'a') + "\r\n";
    bool taken = connection.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; taken && i < 2000; ++i) taken = connection.send(field);
  });
  const auto before_kib = peak_kib();

  EXPECT_EQ(told(get(server), server), "upstream_down: PEER: response head too large");

  // 120 MB were on offer.
  EXPECT_LT(peak_kib() - before_kib, 40'000);
}

}  // namespace
}  // namespace larder::http
