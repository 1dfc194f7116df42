// A listener that speaks TLS: the handshake, what it agrees to, and the bytes after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/body_fixture.h"
#include "tests/unit/daemon/http/server_tls_fixture.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using testing::get;
using testing::get_request;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RawClient;
using testing::read_response;
using ::testing::SizeIs;

TEST_F(TlsListenerTest, AnswersOverTls) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client();

  EXPECT_EQ(get(peer, "/").body, "hello");
  EXPECT_EQ(get(peer, "/").body, "hello");

  EXPECT_EQ(peer.version(), "TLSv1.3");
  ASSERT_THAT(handler_.requests(), SizeIs(2));
  const auto tls = handler_.requests().front().tls;
  ASSERT_NE(tls, nullptr);
  EXPECT_EQ(tls->server_name, "localhost");
  EXPECT_FALSE(tls->certificate.has_value());
}

TEST_F(ServerTest, TellsThatARequestCameWithoutTls) {
  start();
  auto peer = client();

  get(peer, "/");

  EXPECT_EQ(handler_.requests().front().tls, nullptr);
}

TEST_F(TlsListenerTest, SpeaksTls12) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client({.version_max = TLS1_2_VERSION});

  EXPECT_EQ(get(peer, "/").body, "hello");
  EXPECT_EQ(peer.version(), "TLSv1.2");
}

TEST_F(TlsListenerTest, SpeaksNothingOlder) {
  start(plain_tls());

  EXPECT_FALSE(tls_client({.version_max = TLS1_1_VERSION}).shook_hands());

  EXPECT_THAT(observer_.wait_for_failure(), HasSubstr("unsupported protocol"));
}

TEST_F(TlsListenerTest, DoesNotRenegotiate) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client({.version_max = TLS1_2_VERSION});
  ASSERT_EQ(get(peer, "/").body, "hello");

  SSL_renegotiate(peer.session());
  SSL_do_handshake(peer.session());

  EXPECT_EQ(get(peer, "/").status, 0);
  EXPECT_THAT(handler_.requests(), SizeIs(1));
}

struct Offer {
  std::string offered;
  bool agreed;
  std::string chosen;
};
class Alpn : public TlsListenerTest, public ::testing::WithParamInterface<Offer> {};

TEST_P(Alpn, AgreesToOurProtocolOrNone) {
  start(plain_tls());

  const auto peer = tls_client({.protocols = GetParam().offered});

  EXPECT_EQ(peer.shook_hands(), GetParam().agreed);
  EXPECT_EQ(peer.protocol(), GetParam().chosen);
}

INSTANTIATE_TEST_SUITE_P(Table, Alpn,
                         ::testing::Values(Offer{"", true, ""},
                                           Offer{"\x08http/1.1", true, "http/1.1"},
                                           Offer{"\x02h2\x08http/1.1", true, "http/1.1"},
                                           Offer{"\x02h2", false, ""}));

class Sni : public TlsListenerTest,
            public ::testing::WithParamInterface<std::pair<std::string, std::string>> {};

TEST_P(Sni, ChoosesTheCertificate) {
  const auto named = [&](const std::string& common_name, const std::string& alternative) {
    return issue({.names = {alternative}, .common_name = common_name});
  };
  start(with({.certificates = {named("first", "DNS:a.example"), named("second", "DNS:b.example"),
                               named("wildcard", "DNS:*.c.example"),
                               named("by name only", "IP:10.0.0.1")}}));

  EXPECT_EQ(tls_client({.server_name = GetParam().first}).server(), GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Sni,
    ::testing::Values(std::pair{"a.example", "first"}, std::pair{"b.example", "second"},
                      std::pair{"B.EXAMPLE", "second"}, std::pair{"x.c.example", "wildcard"},
                      std::pair{"c.example", "first"}, std::pair{"x.y.c.example", "first"},
                      std::pair{"by name only", "first"}, std::pair{"other.example", "first"},
                      std::pair{"", "first"}));

TEST_F(TlsListenerTest, HasACertificateForEachKindOfKey) {
  start(with({.certificates = {issue({.common_name = "ecdsa"}),
                               issue({.common_name = "rsa", .rsa = true})}}));

  EXPECT_EQ(tls_client({.signatures = "ECDSA+SHA256"}).server(), "ecdsa");
  EXPECT_EQ(tls_client({.signatures = "RSA-PSS+SHA256"}).server(), "rsa");
}

TEST_F(TlsListenerTest, TellsAPlainRequestWhatIsWrong) {
  start(plain_tls());
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("https"));
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_FALSE(peer.was_reset());
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

TEST_F(TlsListenerTest, SlowHandshakesKeepNoThreadAndEndInTime) {
  auto options = plain_tls();
  options.head_timeout = milliseconds(300);
  start(std::move(options), /*threads=*/1);
  respond_with("hello");
  std::vector<RawClient> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(client());
  for (auto& peer : slow) peer.send(std::string("\x16\x03\x01\x02", 4));

  auto quick = tls_client();
  EXPECT_EQ(get(quick, "/").body, "hello");

  for (auto& peer : slow) EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(std::all_of(slow.begin(), slow.end(), [](auto& peer) { return peer.ended(); }));
}

TEST_F(TlsListenerTest, ClosesASilentConnectionAfterTheTimeOfAHandshake) {
  auto options = plain_tls();
  options.head_timeout = milliseconds(50);
  start(std::move(options));
  auto peer = client();

  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
}

TEST_F(TlsListenerTest, ServesRequestsThatComeInOneRecord) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client();

  peer.send(get_request("/a") + get_request("/b"));

  EXPECT_EQ(read_response(peer).body, "hello");
  EXPECT_EQ(read_response(peer).body, "hello");
}

TEST_F(TlsListenerTest, TakesAHeadThatComesByteByByte) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client();

  for (const char c : get_request("/")) peer.send({&c, 1});

  EXPECT_EQ(read_response(peer).body, "hello");
}

// A head's limit inside a record leaves bytes where the socket does not show them.
TEST_F(TlsListenerTest, TakesABodyThatEndsInsideARecord) {
  auto options = plain_tls();
  options.head_bytes_max = 1024;
  options.body_bytes_max = 12 * 1024;
  start(std::move(options));
  respond_with("hello");
  auto peer = tls_client();
  const std::string body(10 * 1024, 'b');

  peer.send(get_request("/", "Content-Length: 10240\r\n") + body);

  EXPECT_EQ(read_response(peer).body, "hello");
  EXPECT_TRUE(handler_.requests().front().body == body);
}

TEST_F(TlsListenerTest, RefusesAHeadThatIsTooLarge) {
  auto options = plain_tls();
  options.head_bytes_max = 1024;
  start(std::move(options));
  auto peer = tls_client();

  peer.send(get_request("/", "A: " + std::string(8 * 1024, 'a') + "\r\n"));

  EXPECT_EQ(read_response(peer).status, 431);
}

TEST_F(TlsListenerTest, SaysWhereAnAnswersStreamEnds) {
  start(plain_tls());
  respond_with("hello");
  auto peer = tls_client();

  peer.send(get_request("/", "Connection: close\r\n"));

  EXPECT_EQ(read_response(peer).body, "hello");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended_properly());
}

TEST_F(TlsListenerTest, CutsAReaderThatStalls) {
  auto options = plain_tls();
  options.write_stall = milliseconds(100);
  start(std::move(options));
  respond_with(std::string(32 * 1024 * 1024, 'x'));
  auto peer = tls_client();

  peer.send(get_request("/"));

  const auto exchange = handler_.wait_for_exchange();
  ASSERT_TRUE(exchange.has_value());
  EXPECT_FALSE(exchange->complete);
  EXPECT_THAT(exchange->failure, HasSubstr("took no byte"));
}

TEST_F(TlsListenerTest, SendsFilesByteExact) {
  start(plain_tls());
  const auto bytes = numbered_bytes(5'000'001);
  const testing::TempDirectory directory;
  const TestFile file(directory.path() / "blob", bytes, /*has_descriptor=*/true);
  handler_.respond = [&](const Request&) {
    return response_of(200, std::make_unique<LambdaBody>(
                                bytes.size() - 7, [&](std::uint64_t offset, std::uint64_t max) {
                                  return cache::Piece{&file, 7 + offset, {}, max};
                                }));
  };
  auto peer = tls_client();

  EXPECT_TRUE(get(peer, "/").body == bytes.substr(7));
  EXPECT_TRUE(get(peer, "/").body == bytes.substr(7));

  const auto exchange = handler_.wait_for_exchange();
  EXPECT_TRUE(exchange->complete);
  EXPECT_EQ(exchange->body_bytes_sent, bytes.size() - 7);
}

}  // namespace
}  // namespace larder::http
