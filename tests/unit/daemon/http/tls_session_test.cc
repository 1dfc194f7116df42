// A server's end of TLS on a socket pair, step by step.
#include "daemon/http/tls_session.h"

#include <gtest/gtest.h>

#include <csignal>

#include "daemon/http/tls_server.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

class TlsSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    const auto issued = authority_.issue();
    auto server = TlsServer::create({.certificates = {{issued.certificate_file, issued.key_file}}},
                                    "node", nullptr);
    ASSERT_TRUE(server.ok());
    server_ = std::move(*server);
    session_ = server_->accept(pair_.connection().descriptor());
    ASSERT_NE(session_, nullptr);
  }

  testing::TestAuthority authority_;
  SocketPair pair_;
  std::unique_ptr<TlsServer> server_;
  std::unique_ptr<TlsSession> session_;
};

TEST_F(TlsSessionTest, WaitsForTheClientsHello) {
  EXPECT_EQ(session_->handshake().kind, IoResult::Kind::wants_read);

  EXPECT_EQ(session_->peer(), nullptr);
  EXPECT_FALSE(session_->has_pending());
}

TEST_F(TlsSessionTest, KnowsAPlainRequestWhenItSeesOne) {
  pair_.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(session_->handshake().kind, IoResult::Kind::failed);

  EXPECT_TRUE(session_->met_plain_http());
  EXPECT_TRUE(session_->has_heard());
}

TEST_F(TlsSessionTest, RefusesWhatIsNoHello) {
  pair_.send("\x16\x03\x01rubbish");

  EXPECT_EQ(session_->handshake().kind, IoResult::Kind::failed);

  EXPECT_FALSE(session_->met_plain_http());
}

TEST_F(TlsSessionTest, FailsWhenThePeerIsGone) {
  pair_.close_peer();

  const auto result = session_->handshake();

  EXPECT_EQ(result.kind, IoResult::Kind::failed);
  EXPECT_NE(result.failure, "");
  EXPECT_FALSE(session_->has_heard());
}

}  // namespace
}  // namespace larder::http
