#include "daemon/http/response_reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "tests/unit/daemon/http/fake_transport.h"

namespace larder::http {
namespace {

class ResponseReaderTest : public ::testing::Test {
 protected:
  Result<ResponseLine> read() {
    const auto deadline = deadline_in(std::chrono::milliseconds(50), "first byte", std::nullopt);
    return read_response_head(*connection_, waiter_, deadline, any_byte_);
  }

  FakeWire wire_;
  std::unique_ptr<ClientConnection> connection_ = connection_over(wire_);
  Waiter waiter_{{}};
  bool any_byte_ = false;
};

TEST_F(ResponseReaderTest, ReadsAHeadThatComesByteByByte) {
  wire_.reads = byte_by_byte("HTTP/1.1 200 OK\r\nA: b\r\n\r\n");

  const auto head = read();

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.find("A"), "b");
}

TEST_F(ResponseReaderTest, LeavesTheBodyAhead) {
  wire_.reads = {"HTTP/1.1 200 OK\r\n\r\nbody"};

  ASSERT_TRUE(read().ok());

  EXPECT_EQ(connection_->ahead(), "body");
}

TEST_F(ResponseReaderTest, PassesOverInterimResponses) {
  wire_.reads = {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 Go",
                 "\r\n\r\nHTTP/1.1 204 \r\n\r\n"};

  const auto head = read();

  ASSERT_TRUE(head.ok()) << describe(head.error());
  EXPECT_EQ(head->status, 204);
}

TEST_F(ResponseReaderTest, RefusesEndlessInterimResponses) {
  for (int i = 0; i < 100; ++i) wire_.reads.emplace_back("HTTP/1.1 100 Go\r\n\r\n");

  EXPECT_EQ(read().error().code, Errc::upstream_down);
  EXPECT_GT(wire_.reads.size(), 80U);
}

TEST_F(ResponseReaderTest, KeepsNoMoreOfAFloodThanTheLimit) {
  wire_.reads = {"HTTP/1.1 200 OK\r\n"};
  for (int i = 0; i < 1000; ++i) wire_.reads.emplace_back(1024, 'a');

  EXPECT_EQ(describe(read().error()), "upstream_down: response head too large");
  EXPECT_LE(connection_->ahead().size(), kResponseHeadBytesMax + 4096);
}

TEST_F(ResponseReaderTest, TellsWhetherThePeerSaidAnything) {
  EXPECT_EQ(read().error().code, Errc::upstream_down);
  EXPECT_FALSE(any_byte_);

  wire_.reads = {"H"};
  EXPECT_EQ(read().error().code, Errc::upstream_down);
  EXPECT_TRUE(any_byte_);
}

TEST_F(ResponseReaderTest, NamesTheFirstByteDeadline) {
  wire_.reads = {"HTTP/1.1 200 OK\r\n"};
  wire_.after_reads = IoResult::Kind::wants_read;

  EXPECT_EQ(describe(read().error()), "timeout: first byte deadline passed");
}

class NonsenseResponses : public ResponseReaderTest,
                          public ::testing::WithParamInterface<const char*> {};

// The peer keeps the connection open: only its words can end the wait.
TEST_P(NonsenseResponses, AreRefusedWithoutWaitingForMore) {
  wire_.reads = {GetParam()};
  wire_.after_reads = IoResult::Kind::wants_read;

  const auto head = read();

  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code, Errc::upstream_down) << describe(head.error());
}

INSTANTIATE_TEST_SUITE_P(
    Table, NonsenseResponses,
    ::testing::Values("SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01", "HTTP/2", "http/1.1 200 OK\r\n",
                      "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n",
                      "HTTP/1.1 200 OK\r\nA b\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"));

}  // namespace
}  // namespace larder::http
