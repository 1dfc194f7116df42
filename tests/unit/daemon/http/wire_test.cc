// How fast bytes go: as fast as the peer takes them, within the limits of the listener.
#include "daemon/http/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/body_fixture.h"
#include "tests/unit/daemon/http/server_tls_fixture.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using testing::get;
using testing::get_request;
using ::testing::HasSubstr;
using testing::read_head_response;
using testing::read_response;

TEST(Wire, TakesAndSends) {
  SocketPair pair;
  auto& wire = pair.connection().wire();
  std::array<char, 8> into{};
  pair.send("ping");

  EXPECT_EQ(wire.take(into), 4);
  EXPECT_EQ(wire.take(into), -1);
  EXPECT_TRUE(wire.send("po", "ng").ok());

  EXPECT_EQ(pair.receive(), "pong");
  EXPECT_EQ(wire.sent_bytes(), 4U);
}

// What getsockname(2) or getpeername(2) says; empty when it is no socket.
std::string name_by(int (*ask)(int, sockaddr*, socklen_t*), int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (ask(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  return {reinterpret_cast<const char*>(&name), size};
}

class WireTest : public TlsListenerTest {
 protected:
  // Every request is answered with a file of `size` bytes.
  void serve_file(std::size_t size, ServerOptions options) {
    bytes_ = numbered_bytes(size);
    file_.emplace(directory_.path() / "blob", bytes_, /*has_descriptor=*/true);
    handler_.respond = [this](const Request&) {
      Response response;
      response.body = std::make_unique<LambdaBody>(
          bytes_.size(), [this](std::uint64_t offset, std::uint64_t length_max) {
            return cache::Piece{&*file_, offset, {}, length_max};
          });
      return response;
    };
    start(std::move(options));
  }

  // How long `work` takes.
  static milliseconds time_of(const std::function<void()>& work) {
    const auto since = std::chrono::steady_clock::now();
    work();
    return std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - since);
  }

  // The server's socket of a connection, which is one of this process's.
  static int other_end_of(const testing::RawClient& peer) {
    const auto wanted = name_by(::getsockname, peer.descriptor());
    for (int fd = 3; fd < 1024; ++fd) {
      if (name_by(::getpeername, fd) == wanted) return fd;
    }
    return -1;
  }

  static bool is_corked(int socket) {
    int on = -1;
    socklen_t size = sizeof on;
    EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, &size), 0);
    return on == 1;
  }

  static constexpr std::size_t kMoreThanBuffersHold = 32 * 1024 * 1024;
  testing::TempDirectory directory_;
  std::string bytes_;
  std::optional<TestFile> file_;
};

TEST_F(WireTest, SendsAFileNoFasterThanItsSourceMay) {
  serve_file(500'000, {.of_source = {.bytes_per_second = 1'000'000}});
  auto peer = client();

  const auto time = time_of([&] { EXPECT_TRUE(get(peer, "/").body == bytes_); });

  EXPECT_GE(time, milliseconds(180));  // a quarter of a second's bytes are free
}

TEST_F(WireTest, SendsOverTlsNoFasterThanTheListenerMay) {
  auto options = plain_tls();
  options.bytes_per_second = 1'000'000;
  serve_file(500'000, std::move(options));
  auto peer = tls_client();

  const auto time = time_of([&] { EXPECT_TRUE(get(peer, "/").body == bytes_); });

  EXPECT_GE(time, milliseconds(180));
}

TEST_F(WireTest, CorksAPlainFile) {
  serve_file(kMoreThanBuffersHold, {});
  auto peer = client(/*receive_buffer_bytes=*/4096);

  peer.send(get_request("/"));

  EXPECT_EQ(read_head_response(peer).status, 200);
  EXPECT_TRUE(is_corked(other_end_of(peer)));
}

TEST_F(WireTest, DoesNotCorkAFileOverTls) {
  serve_file(kMoreThanBuffersHold, plain_tls());
  auto peer = tls_client();

  peer.send(get_request("/"));

  EXPECT_EQ(read_head_response(peer).status, 200);
  EXPECT_FALSE(is_corked(other_end_of(peer)));
}

TEST_F(WireTest, SendsBytesFromMemoryInTurnToo) {
  const std::string bytes(500'000, 'x');
  respond_with(bytes);
  start({.bytes_per_second = 1'000'000});
  auto peer = client();

  const auto time = time_of([&] { EXPECT_TRUE(get(peer, "/").body == bytes); });

  EXPECT_GE(time, milliseconds(180));
}

TEST_F(WireTest, HoldsOneSourceUpAndNoOther) {
  serve_file(500'000, {.of_source = {.bytes_per_second = 1'000'000}});
  auto first = client();
  first.send(get_request("/"));
  auto second = client();
  second.send(get_request("/"));
  auto other = client_from("127.0.0.2");

  EXPECT_TRUE(get(other, "/").body == bytes_);
  EXPECT_TRUE(read_response(first).body == bytes_);
  EXPECT_TRUE(read_response(second).body == bytes_);
}

TEST_F(WireTest, IsCutWhileItWaitsForItsTurn) {
  serve_file(500'000, {.bytes_per_second = 10});
  auto peer = client();
  peer.send(get_request("/"));
  EXPECT_EQ(read_head_response(peer).status, 200);

  EXPECT_FALSE(server_->drain(milliseconds(0)));

  const auto exchange = handler_.wait_for_exchange();
  ASSERT_TRUE(exchange.has_value());
  EXPECT_EQ(exchange->failure, "cut by the server");
}

TEST_F(WireTest, IsCutWhenThePeerTakesTooLittle) {
  serve_file(16 * 1024 * 1024, {.write_stall = std::chrono::seconds(5),
                                .read_rate_min = 1024 * 1024 * 1024,
                                .read_rate_window = milliseconds(50)});
  auto slow = client(/*receive_buffer_bytes=*/4096);

  slow.send(get_request("/"));

  EXPECT_THAT(handler_.wait_for_exchange()->failure, HasSubstr("the peer took only "));
}

TEST_F(WireTest, LetsASlowReaderFinishThatIsFastEnough) {
  serve_file(16 * 1024 * 1024, {.write_stall = milliseconds(200),
                                .read_rate_min = 1024,
                                .read_rate_window = milliseconds(50)});
  auto slow = client(/*receive_buffer_bytes=*/4096);

  slow.send(get_request("/"));

  EXPECT_EQ(read_head_response(slow).status, 200);
  EXPECT_TRUE(slow.read_exactly(bytes_.size()) == bytes_);
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
}

}  // namespace
}  // namespace larder::http
