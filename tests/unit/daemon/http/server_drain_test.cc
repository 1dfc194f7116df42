// How a server ends: what has begun may finish, up to a limit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::get;
using testing::get_request;
using testing::RawClient;
using testing::read_response;

// Handlers say when they run and wait until they may go on.
class DrainTest : public ServerTest {
 protected:
  void respond_at_the_gate() {
    handler_.respond = [this](const Request&) {
      running_.open();
      go_on_.wait();
      return response_of(200, "done");
    };
  }

  Gate running_;
  Gate go_on_;
};

// A body whose second half comes when the gate is open.
class GatedBody final : public Body {
 public:
  GatedBody(Gate& running, Gate& go_on) : running_(running), go_on_(go_on) {}
  std::uint64_t size_bytes() const override { return 2; }
  Result<cache::Piece> read(std::uint64_t offset, std::uint64_t) override {
    if (offset == 1) running_.open();
    if (offset == 1 && !go_on_.wait()) return Error{Errc::timeout, "gate"};
    return cache::Piece{nullptr, 0, std::as_bytes(std::span("x", 1)), 1};
  }

 private:
  Gate& running_;
  Gate& go_on_;
};

// Holds the reception up in the middle of a round.
class GatedObserver final : public ListenerObserver {
 public:
  void request_refused(const RefusedRequest&) override {
    held_.open();
    go_on_.wait();
  }
  void connection_refused(const RefusedConnection&) override {}
  void handshake_failed(const FailedHandshake&) override {}
  void certificate_loaded(const std::string&, const std::string&, WallTime) override {}
  void certificates_refused(const std::string&, const Error&) override {}
  Gate held_;
  Gate go_on_;
};

TEST_F(DrainTest, WatchesNobodyWhoseRequestItHandsOn) {
  GatedObserver reception;
  start({.observer = &reception});
  respond_at_the_gate();
  auto rubbish = client();
  rubbish.send("rubbish\r\n\r\n");
  ASSERT_TRUE(reception.held_.wait());
  auto waiting = client();
  waiting.send(get_request("/"));
  std::thread draining([this] { EXPECT_TRUE(server_->drain(seconds(5))); });
  std::this_thread::yield();

  reception.go_on_.open();
  EXPECT_TRUE(running_.wait());
  waiting.send("G");
  go_on_.open();

  EXPECT_EQ(read_response(waiting).body, "done");
  draining.join();
}

TEST_F(DrainTest, OfAnIdleServerClosesItsConnections) {
  start();
  auto fresh = client();
  auto used = client();
  get(used, "/");

  EXPECT_TRUE(server_->drain(seconds(5)));

  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_TRUE(used.ended());
  EXPECT_FALSE(client().connected());
}

TEST_F(DrainTest, AnswersARequestThatHasArrived) {
  start();
  respond_with("hello");
  auto peer = client();

  peer.send(get_request("/"));
  server_->drain(seconds(5));

  EXPECT_EQ(read_response(peer).body, "hello");
}

TEST_F(DrainTest, LetsAHandlerFinishAndSaysClose) {
  start();
  respond_at_the_gate();
  auto peer = client();
  peer.send(get_request("/"));
  ASSERT_TRUE(running_.wait());
  bool complete = false;
  std::thread drain([&] { complete = server_->drain(seconds(5)); });

  go_on_.open();
  const auto response = read_response(peer);
  drain.join();

  EXPECT_TRUE(complete);
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
}

TEST_F(DrainTest, SaysCloseInEveryAnswerBegunSince) {
  start();
  respond_at_the_gate();
  auto peer = client();
  peer.send(get_request("/"));
  ASSERT_TRUE(running_.wait());
  std::thread drain([&] { server_->drain(seconds(5)); });
  while (client().connected()) std::this_thread::yield();  // until the drain has begun

  go_on_.open();

  EXPECT_EQ(read_response(peer).headers.find("Connection"), "close");
  drain.join();
}

TEST_F(DrainTest, LetsABodyFinish) {
  start();
  handler_.respond = [&](const Request&) {
    return response_of(200, std::make_unique<GatedBody>(running_, go_on_));
  };
  auto peer = client();
  peer.send(get_request("/"));
  ASSERT_TRUE(running_.wait());
  bool complete = false;
  std::thread drain([&] { complete = server_->drain(seconds(5)); });

  go_on_.open();

  EXPECT_EQ(read_response(peer).body, "xx");
  drain.join();
  EXPECT_TRUE(complete);
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
}

TEST_F(DrainTest, CutsABodyThatOutlivesTheLimit) {
  start();
  handler_.respond = [&](const Request&) {
    return response_of(200, std::make_unique<GatedBody>(running_, go_on_));
  };
  auto peer = client();
  peer.send(get_request("/"));
  ASSERT_TRUE(running_.wait());

  EXPECT_FALSE(server_->drain(milliseconds(20)));
  go_on_.open();

  EXPECT_EQ(read_response(peer).body, "x");
  EXPECT_FALSE(handler_.wait_for_exchange()->complete);
  EXPECT_EQ(handler_.wait_for_exchange()->failure, "cut by the server");
}

TEST_F(DrainTest, CutsAnAnswerThatWaitsForItsReader) {
  start();
  respond_with(std::string(16 * 1024 * 1024, 'x'));
  auto peer = client(/*receive_buffer_bytes=*/4096);
  peer.send(get_request("/"));
  EXPECT_NE(peer.read_head(), "");

  EXPECT_FALSE(server_->drain(milliseconds(20)));

  EXPECT_EQ(handler_.wait_for_exchange()->failure, "cut by the server");
  EXPECT_LT(peer.read_to_end().size(), 16U * 1024 * 1024);
}

TEST_F(DrainTest, MayBeRepeated) {
  start();

  EXPECT_TRUE(server_->drain(seconds(5)));
  EXPECT_TRUE(server_->drain(seconds(5)));
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(DrainTest, DestructionWaitsForARunningHandler) {
  start();
  respond_at_the_gate();
  auto peer = client();
  peer.send(get_request("/"));
  ASSERT_TRUE(running_.wait());
  std::thread opener([this, address = server_->address()] {
    while (RawClient(address).connected()) std::this_thread::yield();  // until the end has begun
    go_on_.open();
  });

  server_.reset();

  EXPECT_EQ(handler_.finished_count(), 1U);
  opener.join();
}

TEST_F(DrainTest, DestructionDoesNotWaitForWorkThatThePoolDropped) {
  start({}, /*threads=*/1);
  respond_at_the_gate();
  auto running = client();
  auto queued = client();
  running.send(get_request("/"));
  ASSERT_TRUE(running_.wait());
  queued.send(get_request("/"));
  while (pool_->queued() == 0) std::this_thread::yield();

  std::thread stop([&] { pool_->stop(); });
  go_on_.open();
  stop.join();
  server_.reset();

  EXPECT_LE(handler_.finished_count(), 2U);
}

}  // namespace
}  // namespace larder::http
