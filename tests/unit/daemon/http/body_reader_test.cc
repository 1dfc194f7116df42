#include "daemon/http/body_reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/recording_response.h"
#include "tests/unit/daemon/http/fake_transport.h"

namespace larder::http {
namespace {

using namespace std::chrono_literals;

class BodyReaderTest : public ::testing::Test {
 protected:
  Status read(const ResponseLine& head) {
    return read_body(*connection_, head, sink_, waiter_, {50ms, std::nullopt});
  }

  static ResponseLine counted(std::uint64_t size_bytes) {
    ResponseLine head;
    head.content_length = size_bytes;
    return head;
  }
  static ResponseLine chunked() {
    ResponseLine head;
    head.chunked = true;
    return head;
  }

  FakeWire wire_;
  std::unique_ptr<ClientConnection> connection_ = connection_over(wire_);
  Waiter waiter_{{}};
  testing::RecordingResponse sink_;
};

TEST_F(BodyReaderTest, GivesExactlyTheBytesCounted) {
  wire_.reads = {"abc", "defghi"};

  EXPECT_TRUE(read(counted(5)).ok());

  EXPECT_EQ(sink_.bytes(), "abcde");
}

TEST_F(BodyReaderTest, GivesWhatWasReadAheadFirst) {
  wire_.reads = {"ab", "cd"};
  ASSERT_TRUE(connection_->read_ahead(waiter_, deadline_in(1s, "stall", std::nullopt)).ok());

  EXPECT_TRUE(read(counted(4)).ok());

  EXPECT_EQ(sink_.bytes(), "abcd");
}

TEST_F(BodyReaderTest, ReadsNothingOfAnEmptyBody) {
  wire_.reads = {"next"};

  EXPECT_TRUE(read(counted(0)).ok());

  EXPECT_EQ(sink_.bytes(), "");
}

TEST_F(BodyReaderTest, GivesPiecesOfLimitedSize) {
  wire_.reads = {std::string(1'000'000, 'x')};

  EXPECT_TRUE(read(counted(1'000'000)).ok());

  EXPECT_EQ(sink_.bytes().size(), 1'000'000U);
  EXPECT_EQ(sink_.largest_piece(), 256U * 1024);
}

TEST_F(BodyReaderTest, CallsAShortBodyDown) {
  wire_.reads = {"abc"};

  EXPECT_EQ(describe(read(counted(5)).error()), "upstream_down: short body: 3 of 5 bytes");
}

TEST_F(BodyReaderTest, CallsABrokenConnectionDown) {
  wire_.reads = {"abc"};
  wire_.after_reads = IoResult::Kind::failed;

  EXPECT_EQ(read(counted(5)).error().code, Errc::upstream_down);
}

TEST_F(BodyReaderTest, NamesTheStallDeadline) {
  wire_.after_reads = IoResult::Kind::wants_read;

  EXPECT_EQ(describe(read(counted(5)).error()), "timeout: stall deadline passed");
}

TEST_F(BodyReaderTest, EndsWithCancelledWhenTheSinkHasEnough) {
  wire_.reads = {"abc", "def"};
  sink_.body_bytes_wanted = 3;

  EXPECT_EQ(read(counted(6)).error().code, Errc::cancelled);
}

TEST_F(BodyReaderTest, DecodesChunksThatComeByteByByte) {
  wire_.reads = byte_by_byte("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

  EXPECT_TRUE(read(chunked()).ok());

  EXPECT_EQ(sink_.bytes(), "abcde");
}

TEST_F(BodyReaderTest, CallsChunksWithoutAnEndDown) {
  wire_.reads = {"3\r\nabc\r\n"};

  EXPECT_EQ(describe(read(chunked()).error()), "upstream_down: short body: no last chunk");
}

TEST_F(BodyReaderTest, CallsMalformedChunksDown) {
  wire_.reads = {"3\r\nabcXX\r\n0\r\n\r\n"};

  EXPECT_EQ(read(chunked()).error().code, Errc::upstream_down);
}

TEST_F(BodyReaderTest, KeepsBytesBehindTheLastChunkSoThatTheConnectionIsNotIdle) {
  wire_.reads = {"0\r\n\r\nHTTP/1.1 200 OK\r\n"};

  EXPECT_TRUE(read(chunked()).ok());

  EXPECT_FALSE(connection_->idle());
}

TEST_F(BodyReaderTest, ReadsToTheEndWhenNothingTellsTheLength) {
  wire_.reads = {"abc", "def"};

  EXPECT_TRUE(read({}).ok());

  EXPECT_EQ(sink_.bytes(), "abcdef");
}

}  // namespace
}  // namespace larder::http
