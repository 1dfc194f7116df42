// What the server does with clients that are slow, greedy, malformed or simply too many.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/daemon/http/server_fixture.h"

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

long resident_kib() {
  long size = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

class MalformedHeads : public ServerTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(MalformedHeads, AreAnsweredWith400AndTheConnectionEnds) {
  start();
  auto peer = client();

  peer.send(GetParam());
  const auto response = read_response(peer);

  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.find("Connection"), "close");
  EXPECT_EQ(response.headers.find("Content-Type"), "application/json");
  EXPECT_THAT(response.body, HasSubstr("\"code\":\"UNSUPPORTED\""));
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_TRUE(peer.ended());
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Server, MalformedHeads,
    ::testing::Values(
        "GET / HTTP/1.1\nHost: a\n\n", "nonsense\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));

TEST_F(ServerTest, RefusesATlsHelloAtItsFirstByte) {
  start();
  auto peer = client();

  peer.send(std::string("\x16\x03\x01\x02\x00", 5));
  const auto response = read_response(peer);

  EXPECT_EQ(response.status, 400);
}

TEST_F(ServerTest, RefusesAMalformedHeadAfterAGoodOne) {
  start();
  auto peer = client();

  peer.send(get_request("/") + "nonsense\r\n\r\n" + get_request("/"));

  EXPECT_EQ(read_response(peer).status, 200);
  EXPECT_EQ(read_response(peer).status, 400);
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_THAT(handler_.requests(), SizeIs(1));
}

TEST_F(ServerTest, TakesAHeadOfExactlyTheLimit) {
  start({.head_bytes_max = 1024});
  const auto empty = get_request("/", "A: \r\n").size();
  auto peer = client();

  peer.send(get_request("/", "A: " + std::string(1024 - empty, 'a') + "\r\n"));

  EXPECT_EQ(read_response(peer).status, 200);
}

TEST_F(ServerTest, RefusesAHeadOfOneByteMore) {
  start({.head_bytes_max = 1024});
  const auto empty = get_request("/", "A: \r\n").size();
  auto peer = client();

  peer.send(get_request("/", "A: " + std::string(1025 - empty, 'a') + "\r\n"));

  EXPECT_EQ(read_response(peer).status, 431);
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

TEST_F(ServerTest, StaysSmallUnderAFloodOfHeaderBytes) {
  start();
  auto peer = client();
  const std::string wave(64 * 1024, 'a');
  peer.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");
  const auto before = resident_kib();

  for (int i = 0; i < 1024; ++i) peer.send(wave);

  EXPECT_LT(resident_kib() - before, 8 * 1024);  // of 64 MiB
  EXPECT_EQ(read_response(peer).status, 431);
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

TEST_F(ServerTest, ClosesASlowHeadWhileOthersAreServedByTheOnlyThread) {
  start({.head_timeout = milliseconds(100)}, /*threads=*/1);
  respond_with("hello");
  auto slow = client();
  auto quick = client();
  slow.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");

  EXPECT_EQ(get(quick, "/").body, "hello");

  EXPECT_LT(slow.drip(std::string(5000, 'a')), 5000U);
  EXPECT_EQ(slow.read_to_end(), "");
  EXPECT_EQ(get(quick, "/").body, "hello");
  EXPECT_THAT(handler_.requests(), SizeIs(2));
}

TEST_F(ServerTest, ClosesAnIdleConnection) {
  start({.idle_timeout = milliseconds(50)});
  auto fresh = client();
  auto used = client();
  get(used, "/");

  EXPECT_EQ(fresh.read_to_end(), "");
  EXPECT_EQ(used.read_to_end(), "");

  EXPECT_TRUE(fresh.ended());
  EXPECT_TRUE(used.ended());
}

TEST_F(ServerTest, AnswersARequestWithABodyWithoutReadingIt) {
  start();
  respond_with("hello");
  auto peer = client();
  const std::string smuggled = get_request("/smuggled");

  peer.send(get_request("/", "Content-Length: " + std::to_string(smuggled.size()) + "\r\n") +
            smuggled);

  const auto response = read_response(peer);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.find("Connection"), "close");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_THAT(handler_.requests(), SizeIs(1));
}

TEST_F(ServerTest, AnAnswerSurvivesABodyThatIsStillArriving) {
  start();
  handler_.respond = [](const Request&) { return response_of(405, "no"); };
  auto peer = client();

  peer.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
            std::string(256 * 1024, 'x'));

  EXPECT_EQ(read_response(peer).body, "no");
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_FALSE(peer.was_reset());
}

TEST_F(ServerTest, NeverPromisesToReadABody) {
  start();
  auto peer = client();

  peer.send(get_request("/", "Expect: 100-continue\r\nContent-Length: 5\r\n"));

  const auto response = read_response(peer);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Connection"), "close");
}

TEST_F(ServerTest, ClosesConnectionsBeyondTheLimitAtAccept) {
  start({.connections_max = 2});
  auto first = client();
  auto second = client();
  get(first, "/");
  get(second, "/");

  auto third = client();

  EXPECT_EQ(third.read_to_end(), "");
  EXPECT_TRUE(third.ended());
  EXPECT_EQ(get(first, "/").status, 200);
}

TEST_F(ServerTest, Answers503WhenNoThreadAndNoRoomIsLeft) {
  start({}, /*threads=*/1, /*queue=*/0);
  Gate busy;
  Gate done;
  handler_.respond = [&](const Request&) {
    busy.open();
    done.wait();
    return Response{};
  };
  auto first = client();
  auto second = client();
  first.send(get_request("/"));
  ASSERT_TRUE(busy.wait());

  const auto refused = get(second, "/");

  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.find("Retry-After"), "1");
  EXPECT_EQ(refused.headers.find("Connection"), "close");
  EXPECT_THAT(refused.body, HasSubstr("errors"));
  EXPECT_EQ(second.read_to_end(), "");
  done.open();
  EXPECT_EQ(read_response(first).status, 200);
}

TEST_F(ServerTest, LeavesWorkersToOtherListeners) {
  start({.spare_workers = 1}, /*threads=*/2, /*queue=*/0);
  Gate busy;
  Gate done;
  handler_.respond = [&](const Request&) {
    busy.open();
    done.wait();
    return Response{};
  };
  auto first = client();
  auto second = client();
  first.send(get_request("/"));
  ASSERT_TRUE(busy.wait());

  EXPECT_EQ(get(second, "/").status, 503);

  EXPECT_TRUE(pool_->submit([] {}));
  done.open();
  EXPECT_EQ(read_response(first).status, 200);
}

TEST_F(ServerTest, ServesWhoHasWaitedForItsStart) {
  for (int i = 0; i < 100; ++i) {
    std::optional<RawClient> early;
    start({.approve = [&](const std::string& address) -> Status {
      early.emplace(address);
      early->send(get_request("/"));
      return {};
    }});

    EXPECT_EQ(read_response(*early).status, 200);
    server_.reset();
  }
}

TEST_F(ServerTest, DoesNotListenWhereItsAddressIsNotApprovedOf) {
  std::string asked;
  WorkerPool pool({"http", 1, 1, std::chrono::seconds(10)});
  const auto started = Server::start({.approve = [&](const std::string& address) -> Status {
                                       asked = address;
                                       return Error{Errc::invalid, "not here"};
                                     }},
                                     pool, handler_);

  ASSERT_FALSE(started.ok());
  EXPECT_EQ(describe(started.error()), "invalid: not here");
  EXPECT_THAT(asked, ::testing::StartsWith("127.0.0.1:"));
}

// Every descriptor up to the process's limit, and the limit put back at the end.
class AllDescriptors {
 public:
  AllDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int free_now = ::dup(0);
    ::close(free_now);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(free_now) + 8;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.emplace_back(fd);
  }
  ~AllDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  void free_one() { taken_.pop_back(); }

 private:
  rlimit before_{};
  std::vector<UniqueFd> taken_;
};

TEST_F(ServerTest, AcceptsAgainOnceThereAreDescriptors) {
  start();
  std::optional<AllDescriptors> all(std::in_place);
  all->free_one();
  auto peer = client();  // takes the free one: nothing is left for the server's end
  ASSERT_TRUE(peer.connected());
  peer.send(get_request("/"));

  all.reset();

  EXPECT_EQ(read_response(peer).status, 200);
}

}  // namespace
}  // namespace larder::http
