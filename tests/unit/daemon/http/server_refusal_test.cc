// Whom a server tells of the requests that never reach its handler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/unit/daemon/http/recording_listener_observer.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using ::testing::ElementsAre;
using testing::get_request;
using testing::read_response;
using ::testing::StartsWith;

class ObservedServer : public ServerTest {
 protected:
  // What is told when a client has sent `bytes` and read the answer.
  std::vector<std::string> told_of(const std::string& bytes) {
    auto peer = client();
    peer.send(bytes);
    read_response(peer);
    return observer_.requests();
  }

  RecordingListenerObserver observer_;
};

TEST_F(ObservedServer, TellsOfAHeadThatIsTooLarge) {
  start({.name = "team-a", .head_bytes_max = 1024, .observer = &observer_});

  EXPECT_THAT(told_of(get_request("/", "Authorization: " + std::string(1024, 'a') + "\r\n")),
              ElementsAre("team-a 431 "));
  EXPECT_THAT(observer_.peers(), ElementsAre(StartsWith("127.0.0.1:")));
}

TEST_F(ObservedServer, TellsWhatIsMalformedInAHead) {
  start({.observer = &observer_});

  EXPECT_THAT(told_of("GET / HTTP/1.1\r\nno colon\r\n\r\n"), ElementsAre(StartsWith("node 400 ")));
}

TEST_F(ObservedServer, TellsOfTheSecondHeadOfAConnectionToo) {
  start({.observer = &observer_});

  auto peer = client();
  peer.send(get_request("/") + "GET / HTTP/9\r\n\r\n");
  read_response(peer);
  read_response(peer);

  EXPECT_THAT(observer_.requests(), ElementsAre(StartsWith("node 400 ")));
}

TEST_F(ObservedServer, TellsOfABodyItDoesNotTake) {
  start({.body_bytes_max = 8, .observer = &observer_});

  EXPECT_THAT(told_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789"),
              ElementsAre("node 400 more than 8 bytes"));
}

TEST_F(ObservedServer, TellsOfARequestForWhichThereIsNoThread) {
  start({.observer = &observer_}, /*threads=*/1, /*queue=*/0);
  std::promise<void> entered;
  std::promise<void> leave;
  handler_.respond = [&](const Request&) {
    entered.set_value();
    leave.get_future().wait();
    return response_of(200);
  };
  auto first = client();
  first.send(get_request("/"));
  entered.get_future().wait();

  EXPECT_THAT(told_of(get_request("/")), ElementsAre("node 503 "));

  leave.set_value();
  read_response(first);
}

TEST_F(ObservedServer, SaysNothingOfRequestsThatReachTheHandler) {
  start({.observer = &observer_});

  EXPECT_THAT(told_of(get_request("/")), ::testing::IsEmpty());
}

}  // namespace
}  // namespace larder::http
