// Who gets in: by address, by way of a proxy, by user, and while there is room.
#include "daemon/http/entrance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/made_proxy_header.h"
#include "tests/unit/daemon/http/server_tls_fixture.h"

namespace larder::http {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::get;
using testing::get_request;
using ::testing::IsEmpty;
using testing::read_response;

std::vector<IpBlock> blocks(const std::vector<std::string>& texts) {
  std::vector<IpBlock> parsed;
  for (const auto& text : texts) parsed.push_back(IpBlock::parse(text).value());
  return parsed;
}

class EntranceTest : public TlsListenerTest {
 protected:
  ServerOptions allowing(const std::vector<std::string>& allow) {
    return {.allow = blocks(allow), .observer = &observer_};
  }
  ServerOptions behind_proxy(const std::vector<std::string>& allow = {}) {
    return {.allow = blocks(allow), .proxies = blocks({"127.0.0.1"}), .observer = &observer_};
  }
  // Whether a client that sends `bytes` is closed unanswered, and told of by `reason`.
  void expect_refused(const std::string& bytes, const std::string& reason) {
    auto peer = client();
    peer.send(bytes);
    EXPECT_EQ(peer.read_to_end(), "");
    EXPECT_THAT(observer_.connections(), ElementsAre("node " + reason));
    EXPECT_THAT(handler_.requests(), IsEmpty());
  }
};

TEST_F(EntranceTest, AdmitsASourceThatIsAllowed) {
  start(allowing({"10.0.0.0/8", "127.0.0.0/30"}));
  auto peer = client_from("127.0.0.2");

  EXPECT_EQ(get(peer, "/").status, 200);

  EXPECT_THAT(observer_.connections(), IsEmpty());
}

TEST_F(EntranceTest, TurnsAnyOtherAwayAtOnce) {
  start(allowing({"127.0.0.0/30"}));
  auto peer = client_from("127.0.0.4");

  EXPECT_EQ(peer.read_to_end(), "");

  EXPECT_TRUE(peer.was_reset());
  EXPECT_THAT(observer_.connections(), ElementsAre("node source"));
}

TEST_F(EntranceTest, TurnsASourceAwayBeforeAByteOfTls) {
  auto options = plain_tls();
  options.allow = blocks({"127.0.0.2"});
  start(std::move(options));

  EXPECT_FALSE(tls_client().shook_hands());

  EXPECT_THAT(observer_.connections(), ElementsAre("node source"));
}

TEST_F(EntranceTest, KnowsIpv4InIpv6Clothes) {
  auto options = allowing({"127.0.0.1"});
  options.address = "[::]:0";
  start(std::move(options));
  const auto port = server_->address().substr(server_->address().rfind(':'));
  testing::RawClient peer("127.0.0.1" + port);
  testing::RawClient stranger("127.0.0.1" + port, 0, "127.0.0.2");

  EXPECT_EQ(get(peer, "/").status, 200);
  EXPECT_EQ(stranger.read_to_end(), "");

  EXPECT_THAT(observer_.connections(), ElementsAre("node source"));
}

TEST_F(EntranceTest, ServesOthersBesideAFloodOfStrangers) {
  start(allowing({"127.0.0.1"}), /*threads=*/1);
  auto peer = client();

  for (int i = 0; i < 1000; ++i) client_from("127.0.0.2");

  EXPECT_EQ(get(peer, "/").status, 200);
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(EntranceTest, BelievesTheHeaderOfAProxy) {
  start(behind_proxy({"192.0.2.0/24"}));
  auto peer = client();

  peer.send(relayed_v4() + get_request("/"));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_EQ(handler_.requests().at(0).peer, "192.0.2.7:51324");
  EXPECT_THAT(handler_.requests().at(0).proxy, ::testing::StartsWith("127.0.0.1:"));
}

TEST_F(EntranceTest, TakesAHeaderThatComesByteByByte) {
  start(behind_proxy());
  auto peer = client();

  peer.drip(relayed_v4(std::string("\x04\x00\x01x", 4)) + get_request("/"));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_EQ(handler_.requests().at(0).peer, "192.0.2.7:51324");
}

TEST_F(EntranceTest, AsksTheAllowListForTheSourceBehindAProxy) {
  start(behind_proxy({"127.0.0.1", "10.0.0.0/8"}));

  expect_refused(relayed_v4() + get_request("/"), "source");
}

TEST_F(EntranceTest, AdmitsAProxyThatSpeaksForItself) {
  start(behind_proxy({"192.0.2.0/24"}));
  auto peer = client();

  peer.send(proxy_header(0, 0, "") + get_request("/"));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_THAT(handler_.requests().at(0).peer, ::testing::StartsWith("127.0.0.1:"));
  EXPECT_EQ(handler_.requests().at(0).proxy, "");
}

TEST_F(EntranceTest, RefusesAProxyThatSendsNoHeader) {
  start(behind_proxy());
  expect_refused(get_request("/"), "proxy_header");
}

TEST_F(EntranceTest, RefusesAProxyThatSendsVersion1) {
  start(behind_proxy());
  expect_refused("PROXY TCP4 192.0.2.7 10.0.0.1 51324 443\r\n" + get_request("/"), "proxy_header");
}

TEST_F(EntranceTest, RefusesAProxyThatSendsAMalformedHeader) {
  start(behind_proxy());
  expect_refused(proxy_header(1, 0x11, "short") + get_request("/"), "proxy_header");
}

TEST_F(EntranceTest, DoesNotWaitForAHeaderForEver) {
  auto options = behind_proxy();
  options.head_timeout = std::chrono::milliseconds(20);
  start(std::move(options));

  expect_refused(relayed_v4().substr(0, 20), "proxy_header");
}

TEST_F(EntranceTest, SaysNothingOfAProxyThatOnlyLooksWhetherSomebodyListens) {
  start(behind_proxy());

  client().finish_sending();
  while (server_->connections() > 0) std::this_thread::yield();

  EXPECT_THAT(observer_.connections(), IsEmpty());
}

TEST_F(EntranceTest, DoesNotBelieveAHeaderOfAnybodyElse) {
  start(behind_proxy());
  auto peer = client_from("127.0.0.2");

  peer.send(relayed_v4() + get_request("/"));

  EXPECT_EQ(read_response(peer).status, 400);
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

TEST_F(EntranceTest, TakesAHeaderBeforeTls) {
  auto options = plain_tls();
  options.proxies = blocks({"127.0.0.1"});
  start(std::move(options));

  testing::TlsClient peer(server_->address(), {.preamble = relayed_v4()});

  EXPECT_EQ(get(peer, "/").status, 200);
  EXPECT_EQ(handler_.requests().at(0).peer, "192.0.2.7:51324");
}

TEST_F(EntranceTest, CountsConnectionsOfEachSource) {
  start({.of_source = {.connections = 1}, .observer = &observer_});
  auto first = client();
  get(first, "/");
  auto second = client();
  auto other = client_from("127.0.0.2");

  EXPECT_EQ(second.read_to_end(), "");
  EXPECT_EQ(get(other, "/").status, 200);

  EXPECT_THAT(observer_.connections(), ElementsAre("node connections_of_source"));
}

TEST_F(EntranceTest, CountsConnectionsOfTheSourceBehindAProxy) {
  auto options = behind_proxy();
  options.of_source.connections = 1;
  start(std::move(options));
  auto first = client();
  first.send(relayed_v4() + get_request("/"));
  ASSERT_EQ(read_response(first).status, 200);
  auto second = client();
  second.send(relayed_v4());
  auto other = client();
  other.send(relayed_v6(std::string(16, '\x20')) + get_request("/"));

  EXPECT_EQ(second.read_to_end(), "");
  EXPECT_EQ(read_response(other).status, 200);

  EXPECT_THAT(observer_.connections(), ElementsAre("node connections_of_source"));
}

TEST_F(EntranceTest, LeavesDescriptorsToOthers) {
  start({.descriptors_max = 1, .observer = &observer_});

  EXPECT_EQ(client().read_to_end(), "");

  EXPECT_THAT(observer_.connections(), ElementsAre("node descriptors"));
}

TEST_F(EntranceTest, TellsOfConnectionsForWhichThereIsNoRoom) {
  start({.connections_max = 1, .observer = &observer_});
  auto first = client();
  get(first, "/");

  EXPECT_EQ(client().read_to_end(), "");

  EXPECT_THAT(observer_.connections(), ElementsAre("node connections"));
}

class UnixEntranceTest : public EntranceTest {
 protected:
  ServerOptions for_users(std::vector<uid_t> uids) {
    ServerOptions options;
    options.address = "unix:" + (directory_.path() / "socket").string();
    options.allow = blocks({"192.0.2.1"});
    options.peer_uids = std::move(uids);
    options.observer = &observer_;
    return options;
  }

  testing::TempDirectory directory_;
};

TEST_F(UnixEntranceTest, AdmitsAUserWhoIsNamed) {
  start(for_users({4711, ::getuid()}));
  auto peer = client();

  EXPECT_EQ(get(peer, "/").status, 200);
}

TEST_F(UnixEntranceTest, AdmitsWhoeverOpensItWhereNobodyIsNamed) {
  start(for_users({}));
  auto peer = client();

  EXPECT_EQ(get(peer, "/").status, 200);
}

TEST_F(UnixEntranceTest, TurnsAnyOtherUserAway) {
  start(for_users({4711}));
  auto peer = client();

  EXPECT_EQ(peer.read_to_end(), "");

  EXPECT_THAT(observer_.connections(), ElementsAre("node peer"));
}

}  // namespace
}  // namespace larder::http
