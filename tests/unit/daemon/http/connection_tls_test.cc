// A connection that speaks TLS, and no server around it.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <optional>
#include <thread>

#include "daemon/http/connection.h"
#include "daemon/http/listen_socket.h"
#include "daemon/http/tls_server.h"
#include "tests/support/test_certificates.h"
#include "tests/support/tls_client.h"

namespace larder::http {
namespace {

class ConnectionTlsTest : public ::testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

  // The server's end, with its handshake done.
  std::unique_ptr<Connection> accept() {
    EXPECT_TRUE(wait_for(listener_.descriptor()));
    UniqueFd socket(::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK));
    const int descriptor = socket.get();
    auto connection =
        std::make_unique<Connection>(std::move(socket), "peer", PeerPace::Limits{}, crowd_.enter());
    connection->wire().begin_tls(tls_->accept(descriptor));
    while (connection->wire().tls()->handshake().kind == IoResult::Kind::wants_read) {
      if (!wait_for(descriptor)) break;
    }
    return connection;
  }
  static bool wait_for(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, 10'000) == 1;
  }

  testing::TestAuthority authority_;
  const testing::ServerCertificate issued_ = authority_.issue();
  const std::unique_ptr<TlsServer> tls_ = std::move(*TlsServer::create(
      {.certificates = {{issued_.certificate_file, issued_.key_file}}}, "node", nullptr));
  ListenSocket listener_ = std::move(*ListenSocket::open(*ListenAddress::parse("127.0.0.1:0")));
  Crowd crowd_{{}, {}};
};

TEST_F(ConnectionTlsTest, TakesSoManyRecordsAtATime) {
  std::optional<testing::TlsClient> peer;
  std::thread client([&] {
    peer.emplace(listener_.address());
    for (int i = 0; i < 40; ++i) peer->send("x");
  });
  auto connection = accept();
  client.join();

  EXPECT_EQ(connection->receive(1000), Connection::Received::bytes);
  EXPECT_EQ(connection->received().size(), 16U);

  EXPECT_TRUE(connection->wait_readable(std::chrono::milliseconds(0)));
  while (connection->receive(1000) == Connection::Received::bytes) {
  }
  EXPECT_EQ(connection->received().size(), 40U);
}

// A peer that asks for new keys again and again, and takes no answer.
TEST_F(ConnectionTlsTest, SaysWhenItMustSendBeforeItReceives) {
  constexpr int kUpdatesMax = 100'000;
  constexpr int kLeast = 1;
  std::optional<testing::TlsClient> peer;
  std::thread client([&] { peer.emplace(listener_.address()); });
  auto connection = accept();
  client.join();
  const int theirs = SSL_get_fd(peer->session());
  ::setsockopt(connection->descriptor(), SOL_SOCKET, SO_SNDBUF, &kLeast, sizeof kLeast);
  ::setsockopt(theirs, SOL_SOCKET, SO_RCVBUF, &kLeast, sizeof kLeast);
  ASSERT_FALSE(connection->waits_to_send());

  for (int i = 0; i < kUpdatesMax && !connection->waits_to_send(); ++i) {
    ASSERT_EQ(SSL_key_update(peer->session(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(peer->session()), 1);
    connection->receive(1000);
  }

  EXPECT_TRUE(connection->waits_to_send());
}

}  // namespace
}  // namespace larder::http
