// Slow and silent peers: each wait ends at its own deadline, the whole at the request's.
#include <thread>

#include "tests/unit/daemon/http/client_fixture.h"

namespace larder::http {
namespace {

using namespace std::chrono_literals;
using testing::respond;
using testing::say_and_drip;
using testing::say_and_hang;
using testing::ScriptedServer;

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";

TEST_F(ClientTest, WaitsForTheFirstByteNoLongerThanTold) {
  options_.timeouts.first_byte = kShort;
  ScriptedServer server(say_and_hang(""));

  EXPECT_EQ(told(get(server), server), "timeout: PEER: first byte deadline passed");
}

TEST_F(ClientTest, WaitsNoLongerForAHeadThanItsRequestSays) {
  ScriptedServer server(say_and_hang(""));
  auto asked = request(server.url("/"));
  asked.first_byte = kShort;

  EXPECT_EQ(told(send(asked), server), "timeout: PEER: first byte deadline passed");
}

TEST_F(ClientTest, EndsAllThatItDoesWithItsOwner) {
  std::stop_source owner;
  options_.stop = owner.get_token();
  ScriptedServer server(say_and_hang(""));
  std::jthread ending([&] {
    server.wait_for_requests(1);
    owner.request_stop();
  });

  EXPECT_EQ(get(server).error().code, Errc::cancelled);
  EXPECT_EQ(get(server).error().code, Errc::cancelled);
}

TEST_F(ClientTest, WaitsForTheWholeHeadNoLongerThanTold) {
  options_.timeouts.first_byte = kShort;
  ScriptedServer server(say_and_drip("", "HTTP/1.1 200 OK\r\n" + std::string(10'000, 'a'), 5ms));

  EXPECT_EQ(told(get(server), server), "timeout: PEER: first byte deadline passed");
}

TEST_F(ClientTest, WaitsForMoreOfABodyNoLongerThanTold) {
  options_.timeouts.stall = kShort;
  ScriptedServer server(say_and_hang(std::string(kHead) + "abc"));

  EXPECT_EQ(told(get(server), server), "timeout: PEER: stall deadline passed");
  EXPECT_EQ(response_.bytes(), "abc");
}

TEST_F(ClientTest, WaitsForMoreOfAChunkedBodyNoLongerThanTold) {
  options_.timeouts.stall = kShort;
  ScriptedServer server(
      say_and_hang("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));

  EXPECT_EQ(told(get(server), server), "timeout: PEER: stall deadline passed");
}

TEST_F(ClientTest, DoesNotCallASlowBodyStalled) {
  options_.timeouts.stall = 1s;
  ScriptedServer server(say_and_drip(kHead, std::string(100, 'a'), 1ms));

  EXPECT_EQ(told(get(server), server), "ok");
  EXPECT_EQ(response_.bytes(), std::string(100, 'a'));
}

TEST_F(ClientTest, CallsABodyStalledThatComesByteByByte) {
  options_.timeouts.stall = 4 * kShort;
  ScriptedServer server(say_and_drip(kHead, std::string(100, 'a'), kShort));

  EXPECT_EQ(told(get(server), server), "timeout: PEER: stall deadline passed");
  EXPECT_LT(response_.bytes().size(), 10U);
}

TEST_F(ClientTest, DoesNotCallAPeerStalledThatWasFastEnoughSinceItWasSlow) {
  options_.timeouts.stall = 4 * kShort;
  const std::string enough(kStallBytesMin, 'a');
  ScriptedServer server([&](testing::ScriptedConnection& connection, const auto&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(3 * enough.size() + 6) +
                    "\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      connection.drip("ab", kShort);
      connection.send(enough);
    }
  });

  EXPECT_EQ(told(get(server), server), "ok");
}

// Takes its time with each piece.
class SlowSink final : public ResponseSink {
 public:
  bool head(const ResponseHead&) override { return true; }
  bool body(std::span<const std::byte>) override {
    std::this_thread::sleep_for(3 * kShort);
    return true;
  }
};

TEST_F(ClientTest, DoesNotCountTheSinksTimeAsThePeers) {
  options_.timeouts.stall = 2 * kShort;
  ScriptedServer server(say_and_drip(kHead, std::string(100, 'a'), 1ms));
  SlowSink sink;

  const auto sent = client().send(request(server.url("/")), sink, {});

  EXPECT_EQ(told(sent, server), "ok");
}

TEST_F(ClientTest, EndsADrippingBodyAtTheRequestsDeadline) {
  ScriptedServer server(say_and_drip(kHead, std::string(100, 'a'), 20ms));
  auto asked = request(server.url("/"));
  asked.deadline = std::chrono::steady_clock::now() + 100ms;

  EXPECT_EQ(told(send(asked), server), "timeout: PEER: total deadline passed");
}

TEST_F(ClientTest, SendsNothingAfterTheRequestsDeadline) {
  ScriptedServer server(respond(200));
  auto asked = request(server.url("/"));
  asked.deadline = std::chrono::steady_clock::now();

  EXPECT_EQ(told(send(asked), server), "timeout: PEER: total deadline passed");

  EXPECT_EQ(server.requests().size(), 0U);
}

TEST_F(ClientTest, CountsTheTlsHandshakeAsConnecting) {
  options_.timeouts.connect = kShort;
  ScriptedServer silent(say_and_hang(""));

  const auto sent = send(request("https://127.0.0.1:" + std::to_string(silent.port()) + "/"));

  EXPECT_EQ(told(sent, silent), "timeout: PEER: connect deadline passed");
}

class StopWhile : public ClientTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(StopWhile, IsObeyedSoon) {
  ScriptedServer server(say_and_hang(GetParam()));
  std::stop_source stop;
  std::jthread stopper([&] {
    server.wait_for_requests(1);
    stop.request_stop();
  });

  const auto begin = std::chrono::steady_clock::now();
  const auto sent = client().send(request(server.url("/")), response_, stop.get_token());

  EXPECT_EQ(sent.error().code, Errc::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kLong / 2);
}

INSTANTIATE_TEST_SUITE_P(WaitingFor, StopWhile,
                         ::testing::Values("", "HTTP/1.1 200 OK\r\n",
                                           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));

TEST_F(ClientTest, SendsNothingOnceStopped) {
  ScriptedServer server(respond(200));
  std::stop_source stop;
  stop.request_stop();

  const auto sent = client().send(request(server.url("/")), response_, stop.get_token());

  EXPECT_EQ(sent.error().code, Errc::cancelled);
  EXPECT_EQ(server.requests().size(), 0U);
}

}  // namespace
}  // namespace larder::http
