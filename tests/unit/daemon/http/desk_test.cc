// Requests as they come in: what waits for its bytes takes no thread, and little memory.
#include "daemon/http/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <list>

#include "tests/support/test_certificates.h"
#include "tests/unit/daemon/http/made_proxy_header.h"
#include "tests/unit/daemon/http/recording_listener_observer.h"
#include "tests/unit/daemon/http/server_fixture.h"
#include "tests/unit/daemon/http/socket_pair.h"

namespace larder::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::get;
using testing::get_request;
using testing::RawClient;
using testing::read_response;

std::string post(std::size_t size, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
         std::string(body);
}

class DeskTest : public ServerTest {
 protected:
  RecordingListenerObserver observer_;
};

TEST_F(DeskTest, ServesOthersWhileManyBodiesDrip) {
  start({.body_bytes_max = 64}, /*threads=*/1, /*queue=*/1);
  std::list<RawClient> slow;
  for (int i = 0; i < 100; ++i) slow.emplace_back(client()).send(post(64, "drip"));
  auto peer = client();

  peer.send(post(5, "hello"));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_EQ(handler_.requests().at(0).body, "hello");
}

TEST_F(DeskTest, HandsABodyOnOnceItIsWhole) {
  start({.body_bytes_max = 100'000});
  const std::string body(100'000, 'x');
  auto peer = client();

  peer.send(post(body.size(), body.substr(0, 10)));
  peer.send(body.substr(10, 40'000));
  peer.send(body.substr(40'010));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_TRUE(handler_.requests().at(0).body == body);
}

TEST_F(DeskTest, TakesTheBodyOfALaterRequestOfAConnection) {
  start({.body_bytes_max = 64});
  auto peer = client();

  peer.send(get_request("/") + post(5, "he"));
  ASSERT_EQ(read_response(peer).status, 200);
  peer.send("llo");

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_EQ(handler_.requests().at(1).body, "hello");
}

TEST_F(DeskTest, RefusesABodyThatDripsBeyondItsTime) {
  start({.body_bytes_max = 5000, .head_timeout = milliseconds(100), .observer = &observer_});
  auto peer = client();
  peer.send(post(5000, ""));

  EXPECT_LT(peer.drip(std::string(5000, 'a')), 5000U);

  EXPECT_EQ(read_response(peer).status, 400);
  EXPECT_THAT(observer_.requests(), ElementsAre("node 400 it did not come in time"));
}

TEST_F(DeskTest, RefusesABodyForWhichThereIsNoRoom) {
  start({.body_bytes_max = 1000, .bodies_bytes_max = 1500});
  auto first = client();
  first.send(post(1000, std::string(999, 'a')));
  auto second = client();

  second.send(post(1000, std::string(999, 'a')));

  EXPECT_EQ(read_response(second).status, 503);
  first.send("a");
  EXPECT_EQ(read_response(first).status, 200);
}

TEST_F(DeskTest, HasRoomAgainOnceABodyHasGone) {
  start({.body_bytes_max = 1000, .bodies_bytes_max = 1000});

  for (int i = 0; i < 3; ++i) {
    auto peer = client();
    peer.send(post(1000, std::string(600, 'a')));
    peer.send(std::string(400, 'a'));
    EXPECT_EQ(read_response(peer).status, 200);
  }
}

TEST(LeavingDesk, ShakesNoHands) {
  testing::TestAuthority authority;
  const auto issued = authority.issue();
  const ServerOptions options{
      .tls = TlsOptions{.certificates = {{issued.certificate_file, issued.key_file}}}};
  auto listener = ListenSocket::open(*ListenAddress::parse("127.0.0.1:0"), 0600);
  const auto entrance = Entrance::create(std::move(*listener), options);
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  int greeted = 0;
  Desk desk(options, **entrance, epoll.get(), nullptr, [&greeted] { ++greeted; });
  SocketPair relayed;
  relayed.send(relayed_v4() + "a hello");
  desk.admit(relayed.release(), Stage::introduction);

  desk.leave();

  EXPECT_EQ(relayed.open(), 0U);
  EXPECT_EQ(greeted, 0);
}

// Every request waits at the gate.
class BusyDeskTest : public DeskTest {
 protected:
  void SetUp() override {
    handler_.respond = [this](const Request& request) {
      if (request.target == "/wait") running_.open();
      if (request.target == "/wait") go_on_.wait();
      return Response{};
    };
  }
  void begin(RawClient& peer) {
    peer.send(get_request("/wait"));
    ASSERT_TRUE(running_.wait());
  }

  Gate running_;
  Gate go_on_;
};

TEST_F(BusyDeskTest, RefusesRequestsBeyondTheLimitOfTheListener) {
  start({.requests_max = 1});
  auto first = client();
  auto second = client_from("127.0.0.2");
  begin(first);

  const auto refused = get(second, "/");

  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.find("Retry-After"), "1");
  go_on_.open();
  EXPECT_EQ(read_response(first).status, 200);
}

TEST_F(BusyDeskTest, RefusesRequestsBeyondTheLimitOfASourceAlone) {
  start({.of_source = {.requests = 1}, .observer = &observer_});
  auto first = client();
  auto second = client();
  auto other = client_from("127.0.0.2");
  begin(first);

  EXPECT_EQ(get(second, "/").status, 503);
  EXPECT_EQ(get(other, "/").status, 200);

  go_on_.open();
  EXPECT_EQ(read_response(first).status, 200);
  EXPECT_EQ(get(first, "/").status, 200);
}

}  // namespace
}  // namespace larder::http
