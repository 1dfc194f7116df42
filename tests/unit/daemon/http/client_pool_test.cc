// Connections are kept and used again, and a peer that has closed one costs nothing but a new one.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/http/connection_pool.h"
#include "tests/unit/daemon/http/client_fixture.h"
#include "tests/unit/daemon/http/fake_transport.h"

namespace larder::http {
namespace {

using namespace std::chrono_literals;
using testing::go_deaf_and_say;
using testing::respond;
using testing::say;
using testing::say_and_close;
using testing::say_and_reset;
using testing::ScriptedServer;

TEST_F(ClientTest, UsesAConnectionAgain) {
  ScriptedServer server(respond(200, "hello"));

  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(ClientTest, UsesAConnectionAgainAfterAChunkedBody) {
  ScriptedServer server(
      say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"));

  for (int i = 0; i < 3; ++i) ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(server.connections(), 1U);
}

class ClosingPeers : public ClientTest, public ::testing::WithParamInterface<testing::Script> {};

TEST_P(ClosingPeers, AreAskedAgainOnAFreshConnection) {
  ScriptedServer server(respond(200, "hello"));
  ASSERT_TRUE(get(server).ok());
  server.next(GetParam());

  EXPECT_EQ(told(get(server), server), "ok");

  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(server.connections(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Table, ClosingPeers,
                         ::testing::Values(say_and_close(""), say_and_reset("")));

TEST_F(ClientTest, AsksAgainWhereAKeptConnectionLeadsNowhere) {
  ScriptedServer server(respond(200, "hello"));
  server.next(go_deaf_and_say("HTTP/1.1 204 None\r\n\r\n"));
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(told(get(server), server), "ok");

  EXPECT_EQ(response_.bytes(), "hello");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(ClientConnectionTest, WaitsForAnAnswerOnAFreshConnectionWhateverTheKernelCounts) {
  FakeWire wire;
  wire.is_unheard = true;
  const auto connection = connection_over(wire);
  Waiter waiter({});

  EXPECT_TRUE(connection->await_answer(waiter, deadline_in(kLong, "first byte", {})).ok());

  connection->keep();
  EXPECT_EQ(connection->await_answer(waiter, deadline_in(kLong, "first byte", {})).error().code,
            Errc::upstream_down);
}

TEST(ClientConnectionTest, GivesAPeerThatHasHeardAllTheTimeThereIs) {
  FakeWire wire;
  const auto connection = connection_over(wire);
  connection->keep();
  Waiter waiter({});

  EXPECT_TRUE(connection->await_answer(waiter, deadline_in(4 * kShort, "first byte", {})).ok());

  EXPECT_GE(wire.looks, 1);
}

TEST_F(ClientTest, AsksOnlyOnceMore) {
  ScriptedServer server(say_and_close(""));
  server.next(respond(200));
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(get(server).error().code, Errc::upstream_down);

  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(ClientTest, DoesNotAskAgainOnceAnAnswerHasBegun) {
  ScriptedServer server(say_and_close("H"));
  server.next(respond(200));
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(get(server).error().code, Errc::upstream_down);

  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientTest, DoesNotAskAgainAfterATimeout) {
  options_.timeouts.first_byte = kShort;
  ScriptedServer server(testing::say_and_hang(""));
  server.next(respond(200));
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(get(server).error().code, Errc::timeout);

  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientTest, SendsWhatIsNotIdempotentOnAFreshConnection) {
  ScriptedServer server(respond(200));
  ASSERT_TRUE(get(server).ok());
  auto asked = request(server.url("/"));
  asked.method = "POST";

  ASSERT_TRUE(send(asked).ok());

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(ClientTest, KeepsNoConnectionWhenToldSo) {
  options_.idle_connections_max = 0;
  ScriptedServer server(respond(200));

  ASSERT_TRUE(get(server).ok());
  ASSERT_TRUE(get(server).ok());

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(ClientTest, DoesNotMixReaches) {
  ScriptedServer server(respond(200));
  ASSERT_TRUE(get(server).ok());
  auto asked = request(server.url("/"));
  asked.reach = Reach::public_only;

  EXPECT_EQ(send(asked).error().code, Errc::denied);
}

TEST_F(ClientTest, ServesManyThreadsAtOnce) {
  const std::string body(100'000, 'x');
  ScriptedServer server(respond(200, body));
  std::vector<std::jthread> threads;
  std::atomic<int> whole = 0;

  client();
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        const auto answer = send_buffered(client(), request(server.url("/")), body.size(), {});
        if (answer.ok() && answer->body == body) ++whole;
      }
    });
  }
  threads.clear();

  EXPECT_EQ(whole, 80);
  EXPECT_LE(server.connections(), 16U + 80U);
}

class ConnectionPoolTest : public ::testing::Test {
 protected:
  FakeWire wire_;
};

TEST_F(ConnectionPoolTest, GivesTheNewestConnectionOfTheSameOrigin) {
  ConnectionPool pool(8, 1min);
  auto older = connection_over(wire_);
  auto newer = connection_over(wire_);
  const auto* newest = newer.get();
  pool.put("a", std::move(older));
  pool.put("a", std::move(newer));

  EXPECT_EQ(pool.take("b"), nullptr);
  EXPECT_EQ(pool.take("a").get(), newest);
  EXPECT_NE(pool.take("a"), nullptr);
  EXPECT_EQ(pool.take("a"), nullptr);
}

TEST_F(ConnectionPoolTest, DropsThoseOfOneOrigin) {
  ConnectionPool pool(8, 1min);
  for (int i = 0; i < 2; ++i) pool.put("a", connection_over(wire_));
  pool.put("b", connection_over(wire_));

  pool.drop("a");

  EXPECT_EQ(pool.take("a"), nullptr);
  EXPECT_NE(pool.take("b"), nullptr);
}

TEST_F(ConnectionPoolTest, PassesOverConnectionsThatAreNotSilent) {
  FakeWire noisy;
  noisy.reads = {"unasked"};
  ConnectionPool pool(8, 1min);
  auto silent = connection_over(wire_);
  const auto* expected = silent.get();
  pool.put("a", std::move(silent));
  pool.put("a", connection_over(noisy));

  EXPECT_EQ(pool.take("a").get(), expected);
}

TEST_F(ConnectionPoolTest, ClosesTheOldestBeyondItsLimit) {
  ConnectionPool pool(2, 1min);
  for (int i = 0; i < 3; ++i) pool.put("a", connection_over(wire_));

  EXPECT_NE(pool.take("a"), nullptr);
  EXPECT_NE(pool.take("a"), nullptr);
  EXPECT_EQ(pool.take("a"), nullptr);
}

TEST_F(ConnectionPoolTest, ForgetsWhatWasIdleForTooLong) {
  ConnectionPool pool(8, 0ms);
  pool.put("a", connection_over(wire_));

  EXPECT_EQ(pool.take("a"), nullptr);
}

}  // namespace
}  // namespace larder::http
