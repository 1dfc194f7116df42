// The reception by itself: the test stands where the workers would.
#include "daemon/http/reception.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/raw_client.h"

namespace larder::http {
namespace {

using testing::get_request;
using testing::RawClient;
using testing::read_response;

class ReceptionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = ListenSocket::open({ListenAddress::Kind::host, "127.0.0.1", 0});
    ASSERT_TRUE(listener.ok());
    address_ = listener->address();
    auto entrance = Entrance::create(std::move(*listener), {});
    ASSERT_TRUE(entrance.ok());
    auto reception =
        Reception::create(std::move(*entrance), {},
                          [this](std::unique_ptr<Connection> connection, ReceivedRequest request) {
                            return receive(std::move(connection), std::move(request));
                          });
    ASSERT_TRUE(reception.ok());
    reception_ = std::move(*reception);
    ASSERT_TRUE(reception_->open().ok());
  }

  // The next connection that was handed on; null when none comes.
  std::unique_ptr<Connection> next() {
    const auto deadline = std::chrono::steady_clock::now() + RawClient::kDeadline;
    MutexLock lock(mutex_);
    while (!connection_) {
      if (!arrived_.wait_until(mutex_, deadline)) return nullptr;
    }
    return std::move(connection_);
  }

  std::string target() {
    MutexLock lock(mutex_);
    return target_;
  }

  std::unique_ptr<Connection> receive(std::unique_ptr<Connection> connection,
                                      ReceivedRequest request) {
    MutexLock lock(mutex_);
    if (refusing_) return connection;
    connection_ = std::move(connection);
    target_ = request.head.target;
    arrived_.notify_all();
    return nullptr;
  }

  void refuse_all() {
    MutexLock lock(mutex_);
    refusing_ = true;
  }

  std::string address_;
  Mutex mutex_;
  CondVar arrived_;
  std::unique_ptr<Connection> connection_ GUARDED_BY(mutex_);
  std::string target_ GUARDED_BY(mutex_);
  bool refusing_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<Reception> reception_;  // last: its thread uses the rest
};

TEST_F(ReceptionTest, HandsOnACompleteHead) {
  RawClient peer(address_);
  peer.send(get_request("/a"));

  const auto connection = next();

  ASSERT_NE(connection, nullptr);
  EXPECT_EQ(target(), "/a");
  EXPECT_EQ(connection->received(), "");
  EXPECT_EQ(reception_->connections(), 1U);
}

TEST_F(ReceptionTest, WaitsForTheNextHeadOfAConnectionItTakesBack) {
  RawClient peer(address_);
  peer.send(get_request("/a"));
  reception_->take_back(next());

  peer.send(get_request("/b"));

  ASSERT_NE(next(), nullptr);
  EXPECT_EQ(target(), "/b");
}

TEST_F(ReceptionTest, FindsAHeadThatCameWithTheOneBefore) {
  RawClient peer(address_);
  peer.send(get_request("/a") + get_request("/b"));

  reception_->take_back(next());

  ASSERT_NE(next(), nullptr);
  EXPECT_EQ(target(), "/b");
}

TEST_F(ReceptionTest, RefusesWhatNobodyTakes) {
  refuse_all();
  RawClient peer(address_);
  peer.send(get_request("/a"));

  EXPECT_EQ(read_response(peer).status, 503);
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(ReceptionTest, PartsWithAConnectionOnceItsPeerHasClosed) {
  RawClient peer(address_);
  peer.send(get_request("/a"));
  auto connection = next();
  ASSERT_NE(connection, nullptr);
  connection->write_now("answer");

  reception_->part_with(std::move(connection));
  peer.send(std::string(100'000, 'x'));

  EXPECT_EQ(peer.read_to_end(), "answer");
  EXPECT_FALSE(peer.was_reset());
  EXPECT_EQ(reception_->connections(), 1U);
  peer.reset();
  while (reception_->connections() > 0) std::this_thread::yield();
}

TEST_F(ReceptionTest, ClosesWhatIsGivenBackOnceItNoLongerAccepts) {
  RawClient peer(address_);
  peer.send(get_request("/a"));
  auto connection = next();

  reception_->stop_accepting();
  reception_->take_back(std::move(connection));

  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(RawClient(address_).connected());
}

}  // namespace
}  // namespace larder::http
