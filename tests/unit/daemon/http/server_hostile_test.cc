// What has broken servers like this one, sent to a real one over a bare socket. SECURITY.md lists
// which report each table stands for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using ::testing::Each;
using ::testing::Field;
using testing::get_request;
using ::testing::IsEmpty;
using testing::read_response;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::size_t kBodyBytesMax = 1024;
constexpr long kMemoryKibMax = 8 * 1024;

long memory_kib() {
  long size = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

std::string post(const std::string& fields_and_body) {
  return "POST /first HTTP/1.1\r\nHost: a\r\n" + fields_and_body;
}

struct Hidden {
  const char* name;
  std::string before;  // what the second request hides in or behind
};

std::string name_of(const ::testing::TestParamInfo<Hidden>& hidden) {
  return hidden.param.name;
}

class HiddenRequests : public ServerTest, public ::testing::WithParamInterface<Hidden> {
 protected:
  void send_and_read_to_end() {
    auto peer = client();
    peer.send(GetParam().before + get_request("/hidden"));
    peer.finish_sending();
    peer.read_to_end();
    EXPECT_TRUE(peer.ended());
  }
};

TEST_P(HiddenRequests, AreNoneToAListenerWithoutBodies) {
  start();

  send_and_read_to_end();

  EXPECT_THAT(handler_.requests(), Each(Field(&Request::target, "/first")));
}

TEST_P(HiddenRequests, AreNoneToAListenerThatTakesBodies) {
  start({.body_bytes_max = kBodyBytesMax});

  send_and_read_to_end();

  EXPECT_THAT(handler_.requests(), Each(Field(&Request::target, "/first")));
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, HiddenRequests,
    ::testing::Values(
        Hidden{"BodyOfAGet", get_request("/first", "Content-Length: 40\r\n")},
        Hidden{"BodyOfAHead", "HEAD /first HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"},
        Hidden{"ShortLength", post("Content-Length: 1\r\n\r\nx")},
        Hidden{"LengthThenEncoding",
               post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
        Hidden{"EncodingThenLength",
               post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")},
        Hidden{"TwoLengths", post("Content-Length: 0\r\nContent-Length: 40\r\n\r\n")},
        Hidden{"ListOfLengths", post("Content-Length: 0, 40\r\n\r\n")},
        Hidden{"NegativeLength", post("Content-Length: -1\r\n\r\n")},
        Hidden{"OverflowingLength", post("Content-Length: 18446744073709551616\r\n\r\n")},
        Hidden{"Chunked", post("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
        Hidden{"UnknownEncoding", post("Transfer-Encoding: xchunked\r\n\r\n")},
        Hidden{"ChunkedUndone", post("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")},
        Hidden{"EncodingBehindASpace", post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")},
        Hidden{"EncodingBehindATab", post("Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n")},
        Hidden{"EncodingBehindAVerticalTab", post("Transfer-Encoding: \x0b"
                                                  "chunked\r\n\r\n0\r\n\r\n")},
        Hidden{"EncodingInHttp10",
               "POST /first HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
               "0\r\n\r\n"},
        Hidden{"NegativeChunk", post("Transfer-Encoding: chunked\r\n\r\n-1\r\n")},
        Hidden{"OverflowingChunk", post("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n")},
        Hidden{"Trailers", post("Transfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n"
                                "Content-Length: 40\r\n\r\n")},
        Hidden{"FoldedLength", post("Content-Length:\r\n 40\r\n\r\n")},
        Hidden{"FoldedEncoding", post("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")},
        Hidden{"LengthBehindABareLf", post("A: b\nContent-Length: 40\r\n\r\n")},
        Hidden{"LengthBehindABareCr", post("A: b\rContent-Length: 40\r\n\r\n")},
        Hidden{"HeadThatEndsInBareLf", post("A: b\n\n")},
        Hidden{"Expectation", post("Expect: 100-continue\r\nContent-Length: 40\r\n\r\n")},
        Hidden{"Upgrade", get_request("/first", "Connection: Upgrade, close\r\nUpgrade: h2c\r\n")}),
    name_of);

class HostileFields : public ServerTest, public ::testing::WithParamInterface<const char*> {};

// A handler that gives back what it was sent is the worst there can be.
TEST_P(HostileFields, ArriveAsSentAndChangeNothing) {
  start();
  handler_.respond = [](const Request& request) {
    auto response = response_of(200, "hello");
    response.headers.add("Echo", std::string(*request.headers.find("A")));
    return response;
  };
  auto peer = client();
  peer.send(get_request("/", std::string("A: ") + GetParam() + "\r\n"));

  const auto response = read_response(peer);

  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.find("Echo"), GetParam());
  EXPECT_EQ(response.headers.find("Set-Cookie"), std::nullopt);
  EXPECT_EQ(handler_.requests().at(0).headers.find("A"), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Hostile, HostileFields,
                         ::testing::Values("b%0d%0aSet-Cookie: c", "b%0D%0A%0D%0A<html>",
                                           "b%0aSet-Cookie: c", "%00", "%", "%u000a", "b+c%20d"));

class ClaimedSources : public ServerTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(ClaimedSources, AreNotBelieved) {
  start();
  auto peer = client();
  peer.send(get_request("/", std::string(GetParam()) + "\r\n"));

  EXPECT_EQ(read_response(peer).status, 200);

  EXPECT_THAT(handler_.requests().at(0).peer, StartsWith("127.0.0.1:"));
}

INSTANTIATE_TEST_SUITE_P(Hostile, ClaimedSources,
                         ::testing::Values("REMOTE_ADDR: 10.9.9.9", "REMOTE_PORT: 1",
                                           "X-Forwarded-For: 10.9.9.9",
                                           "X-Forwarded-For:", "X-Forwarded-For: ,",
                                           "X-Real-IP: 10.9.9.9", "Forwarded: for=10.9.9.9",
                                           "LOCAL_ADDR: 10.9.9.9", "EXCEPTION_WHAT: x"));

TEST_F(ServerTest, SendsAThousandOverlappingRangesOnce) {
  start();
  respond_with(std::string(1 << 20, 'a'));
  std::string ranges = "0-1048575";
  for (int i = 0; i < 1000; ++i) ranges += ",0-1048575";
  auto peer = client();

  peer.send(get_request("/", "Connection: close\r\nRange: bytes=" + ranges + "\r\n"));

  EXPECT_LT(peer.read_to_end().size(), (1U << 20) + 1024);
}

struct Flood {
  const char* name;
  std::string begin;
  std::string wave;
};

class Floods : public ServerTest, public ::testing::WithParamInterface<Flood> {};

TEST_P(Floods, TakeNoMemory) {
  start({.body_bytes_max = kBodyBytesMax});
  auto peer = client();
  std::string many;
  while (many.size() < 64 * 1024) many += GetParam().wave;
  peer.send(GetParam().begin);
  const auto before = memory_kib();

  for (int i = 0; i < 1024; ++i) peer.send(many);

  EXPECT_LT(memory_kib() - before, kMemoryKibMax);  // of 64 MiB
  EXPECT_THAT(handler_.requests(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, Floods,
    ::testing::Values(Flood{"Method", "", "A"}, Flood{"Target", "GET /", "a"},
                      Flood{"Fields", "GET / HTTP/1.1\r\nHost: a\r\n", "A: b\r\n"},
                      Flood{"FieldName", "GET / HTTP/1.1\r\nHost: a\r\n", "A"},
                      Flood{"CountedBody", post("Content-Length: 100000000\r\n\r\n"), "a"},
                      Flood{"Chunks", post("Transfer-Encoding: chunked\r\n\r\n"), "1\r\na\r\n"},
                      Flood{"ChunkExtension", post("Transfer-Encoding: chunked\r\n\r\n1;"), "a"},
                      Flood{"Trailers", post("Transfer-Encoding: chunked\r\n\r\n0\r\n"),
                            "A: b\r\n"}),
    [](const auto& flood) { return std::string(flood.param.name); });

class EncodedBodies : public ServerTest, public ::testing::WithParamInterface<const char*> {};

// Nothing inflates them, nothing looks for forms in them.
TEST_P(EncodedBodies, ArriveAsSent) {
  start({.body_bytes_max = 16 * kBodyBytesMax});
  const std::string body = "--x\r\nContent-Disposition: form-data; name=\"a\"; filename*=" +
                           std::string(8 * kBodyBytesMax, '\'') + "\r\n\r\nb\r\n--x--\r\n";
  auto peer = client();
  peer.send(post(std::string(GetParam()) + "\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\n\r\n" + body));

  EXPECT_EQ(read_response(peer).status, 200);

  ASSERT_THAT(handler_.requests(), SizeIs(1));
  EXPECT_EQ(handler_.requests().at(0).body, body);
}

INSTANTIATE_TEST_SUITE_P(Hostile, EncodedBodies,
                         ::testing::Values("Content-Encoding: gzip", "Content-Encoding: br",
                                           "Content-Type: multipart/form-data; boundary=x",
                                           "Content-Type: application/x-www-form-urlencoded"));

}  // namespace
}  // namespace larder::http
