#include "daemon/http/connector.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>
#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace larder::http {
namespace {

using namespace std::chrono_literals;

// A port on loopback that accepts, refuses, or, with its queue full, leaves connects unanswered.
class Port {
 public:
  explicit Port(int backlog = 16) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), generic, size), 0);
    EXPECT_EQ(::listen(socket_.get(), backlog), 0);
    EXPECT_EQ(::getsockname(socket_.get(), generic, &size), 0);
    number_ = ntohs(address.sin_port);
  }

  SocketAddress address() const { return *SocketAddress::parse("127.0.0.1", number_); }
  void refuse() { socket_.reset(); }

  void fill_queue() {
    for (auto& filler : fillers_) {
      filler.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      const auto to = address();
      [[maybe_unused]] const int pending = ::connect(filler.get(), to.get(), to.size_bytes);
    }
  }

 private:
  UniqueFd socket_;
  std::uint16_t number_ = 0;
  std::array<UniqueFd, 4> fillers_;
};

std::string peer_of(const UniqueFd& socket) {
  SocketAddress address;
  address.size_bytes = sizeof address.storage;
  EXPECT_EQ(::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address.storage),
                          &address.size_bytes),
            0);
  return address.str();
}

class ConnectorTest : public ::testing::Test {
 protected:
  Result<UniqueFd> connect(const std::vector<SocketAddress>& addresses,
                           std::chrono::milliseconds limit) {
    return connect_any(addresses, waiter_, deadline_in(limit, "connect", std::nullopt));
  }

  std::stop_source stop_;
  Waiter waiter_{stop_.get_token()};
};

TEST_F(ConnectorTest, ConnectsToTheFirstAddressThatAnswers) {
  const Port first;
  const Port second;

  const auto socket = connect({first.address(), second.address()}, 5s);

  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(peer_of(*socket), first.address().str());
}

TEST_F(ConnectorTest, GoesOnAtOnceWhenAnAddressRefuses) {
  Port refusing;
  const Port listening;
  refusing.refuse();

  const auto socket = connect({refusing.address(), refusing.address(), listening.address()}, 5s);

  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(peer_of(*socket), listening.address().str());
}

TEST_F(ConnectorTest, ReachesTheSecondAddressWhenTheFirstIsSilent) {
  Port silent(/*backlog=*/0);
  const Port listening;
  silent.fill_queue();

  const auto socket = connect({silent.address(), listening.address()}, 400ms);

  ASSERT_TRUE(socket.ok()) << describe(socket.error());
  EXPECT_EQ(peer_of(*socket), listening.address().str());
}

TEST_F(ConnectorTest, TellsWhichAddressRefused) {
  Port refusing;
  refusing.refuse();

  const auto socket = connect({refusing.address()}, 5s);

  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(describe(socket.error()),
            "upstream_down: connect " + refusing.address().str() + ": Connection refused");
}

TEST_F(ConnectorTest, GivesUpAtItsDeadline) {
  Port silent(/*backlog=*/0);
  silent.fill_queue();

  const auto socket = connect({silent.address(), silent.address()}, 40ms);

  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(describe(socket.error()), "timeout: connect deadline passed");
}

TEST_F(ConnectorTest, StopsWhenAsked) {
  Port silent(/*backlog=*/0);
  silent.fill_queue();
  std::jthread stopper([this] { stop_.request_stop(); });

  const auto socket = connect({silent.address()}, 60s);

  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.error().code, Errc::cancelled);
}

TEST_F(ConnectorTest, FailsWithoutAnAddress) {
  EXPECT_EQ(connect({}, 5s).error().code, Errc::upstream_down);
}

}  // namespace
}  // namespace larder::http
