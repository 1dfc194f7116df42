// Bodies that are produced while they are sent: from files, from memory, slowly, and not to the
// end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cache/files.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/http/body_fixture.h"
#include "tests/unit/daemon/http/server_fixture.h"

namespace larder::http {
namespace {

using testing::get;
using testing::get_request;
using ::testing::HasSubstr;
using testing::RawClient;
using testing::read_head_response;
using testing::read_response;

// Pieces of at most `piece_bytes` of `bytes`, which must outlive it.
Read pieces_of(const std::string& bytes, std::uint64_t piece_bytes) {
  return [&bytes, piece_bytes](std::uint64_t offset, std::uint64_t length_max) {
    const auto piece =
        std::as_bytes(std::span(bytes)).subspan(offset).first(std::min(piece_bytes, length_max));
    return cache::Piece{nullptr, 0, piece, piece.size()};
  };
}

class BodyTest : public ServerTest {
 protected:
  void respond_with_body(std::uint64_t size_bytes, Read read) {
    handler_.respond = [=](const Request&) {
      Response response;
      response.headers.add("Cache-Status", "larder; hit");
      response.body = std::make_unique<LambdaBody>(size_bytes, read);
      return response;
    };
  }

  // The bytes of `file` from `begin` on, in one piece.
  void respond_with_file(const TestFile& file, std::uint64_t begin, std::uint64_t size_bytes) {
    respond_with_body(size_bytes, [&file, begin](std::uint64_t offset, std::uint64_t length_max) {
      return cache::Piece{&file, begin + offset, {}, length_max};
    });
  }

  // Enough to fill every socket buffer between the two ends.
  static constexpr std::size_t kLarge = 16 * 1024 * 1024;
  testing::TempDirectory directory_;
};

TEST_F(BodyTest, FileArrivesByteExact) {
  start();
  const auto bytes = numbered_bytes(kLarge);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/true);
  respond_with_file(file, 0, bytes.size());
  auto peer = client();

  EXPECT_TRUE(get(peer, "/").body == bytes);

  const auto exchange = handler_.wait_for_exchange();
  EXPECT_EQ(exchange->status, 200);
  EXPECT_EQ(exchange->body_bytes_sent, bytes.size());
  EXPECT_TRUE(exchange->complete);
  EXPECT_EQ(exchange->failure, "");
  EXPECT_EQ(exchange->cache_status, "larder; hit");
}

TEST_F(BodyTest, PartOfAFileArrivesByteExactAndTheConnectionStays) {
  start();
  const auto bytes = numbered_bytes(100'000);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/true);
  respond_with_file(file, 4097, 70'001);
  auto peer = client();

  EXPECT_TRUE(get(peer, "/").body == bytes.substr(4097, 70'001));
  EXPECT_TRUE(get(peer, "/").body == bytes.substr(4097, 70'001));
}

TEST_F(BodyTest, FileWithoutADescriptorArrivesByteExact) {
  start();
  const auto bytes = numbered_bytes(1'000'000);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/false);
  respond_with_file(file, 1, bytes.size() - 1);
  auto peer = client();

  EXPECT_TRUE(get(peer, "/").body == bytes.substr(1));
}

TEST_F(BodyTest, PiecesOfEverySizeArriveInOrder) {
  start();
  const auto bytes = numbered_bytes(200'000);
  respond_with_body(bytes.size(), [&](std::uint64_t offset, std::uint64_t length_max) {
    return pieces_of(bytes, 1 + offset % 40'000)(offset, length_max);
  });
  auto peer = client();

  EXPECT_TRUE(get(peer, "/").body == bytes);
}

TEST_F(BodyTest, OfNoBytesIsNotRead) {
  start();
  respond_with_body(0, [](std::uint64_t, std::uint64_t) -> Result<cache::Piece> {
    return Error{Errc::io, "must not be read"};
  });
  auto peer = client();

  EXPECT_EQ(get(peer, "/").headers.find("Content-Length"), "0");
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
}

TEST_F(BodyTest, IsNotReadForHead) {
  start();
  respond_with_body(1234, [](std::uint64_t, std::uint64_t) -> Result<cache::Piece> {
    return Error{Errc::io, "must not be read"};
  });
  auto peer = client();

  peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_EQ(read_head_response(peer).headers.find("Content-Length"), "1234");
  EXPECT_TRUE(handler_.wait_for_exchange()->complete);
}

TEST_F(BodyTest, SendsWhatItHasWhileTheRestIsAwaited) {
  start();
  const std::string bytes = "firstsecond";
  Gate more;
  respond_with_body(bytes.size(), [&](std::uint64_t offset, std::uint64_t length_max) {
    if (offset > 0) more.wait();
    return pieces_of(bytes, 5)(offset, length_max);
  });
  auto peer = client();
  peer.send(get_request("/"));

  EXPECT_EQ(read_head_response(peer).status, 200);
  EXPECT_EQ(peer.read_exactly(5), "first");
  more.open();
  EXPECT_EQ(peer.read_exactly(6), "second");
}

// With an end, not a reset: containerd 1.6 fails a whole pull for a reset, and goes on after an
// end.
TEST_F(BodyTest, ThatFailsIsCutShortOfItsLength) {
  start();
  const std::string bytes = "only this";
  respond_with_body(100,
                    [&](std::uint64_t offset, std::uint64_t length_max) -> Result<cache::Piece> {
                      if (offset == 0) return pieces_of(bytes, bytes.size())(offset, length_max);
                      return Error{Errc::corrupt, "digest mismatch"};
                    });
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.headers.find("Content-Length"), "100");
  EXPECT_EQ(response.body, bytes.substr(0, response.body.size()));
  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_FALSE(peer.was_reset());
  const auto exchange = handler_.wait_for_exchange();
  EXPECT_EQ(exchange->status, 200);
  EXPECT_EQ(exchange->body_bytes_sent, bytes.size());
  EXPECT_FALSE(exchange->complete);
  EXPECT_EQ(exchange->failure, "corrupt: digest mismatch");
  EXPECT_EQ(handler_.finished_count(), 1U);
}

TEST_F(BodyTest, ThatFailsBeforeItsFirstByteBecomesA503) {
  start();
  respond_with_body(100, [](std::uint64_t, std::uint64_t) -> Result<cache::Piece> {
    return Error{Errc::timeout, "upstream is slow"};
  });
  auto peer = client();

  const auto response = get(peer, "/");

  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.find("Connection"), "close");
  EXPECT_THAT(response.body, HasSubstr("errors"));
  EXPECT_EQ(peer.read_to_end(), "");
  const auto exchange = handler_.wait_for_exchange();
  EXPECT_EQ(exchange->status, 503);
  EXPECT_EQ(exchange->body_bytes_sent, response.body.size());
  EXPECT_EQ(exchange->failure, "timeout: upstream is slow");
}

TEST_F(BodyTest, ThatThrowsIsCut) {
  start();
  const std::string bytes = "x";
  respond_with_body(100, [&](std::uint64_t offset, std::uint64_t length_max) {
    if (offset > 0) throw std::runtime_error("out of luck");
    return pieces_of(bytes, 1)(offset, length_max);
  });
  auto peer = client();

  get(peer, "/");

  EXPECT_EQ(peer.read_to_end(), "");
  EXPECT_FALSE(peer.was_reset());
  EXPECT_EQ(handler_.wait_for_exchange()->failure, "out of luck");
  EXPECT_EQ(handler_.finished_count(), 1U);
}

TEST_F(BodyTest, OfAFileThatIsTooShortIsCut) {
  start();
  const TestFile file(directory_.path() / "blob", "short", /*has_descriptor=*/true);
  respond_with_file(file, 0, 100);
  auto peer = client();

  EXPECT_EQ(get(peer, "/").body.size(), 5U);

  const auto exchange = handler_.wait_for_exchange();
  EXPECT_FALSE(exchange->complete);
  EXPECT_EQ(exchange->body_bytes_sent, 5U);
  EXPECT_EQ(exchange->failure, "the file ended before the body");
}

TEST_F(BodyTest, WaitsForASlowReader) {
  start();
  const auto bytes = numbered_bytes(kLarge);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/true);
  respond_with_file(file, 0, bytes.size());
  auto slow = client(/*receive_buffer_bytes=*/4096);
  auto quick = client();
  slow.send(get_request("/"));
  EXPECT_EQ(read_head_response(slow).status, 200);

  EXPECT_TRUE(get(quick, "/").body == bytes);

  EXPECT_TRUE(slow.read_exactly(bytes.size()) == bytes);
}

TEST_F(BodyTest, IsCutWhenThePeerTakesNoByteForTooLong) {
  start({.write_stall = std::chrono::milliseconds(50)});
  const auto bytes = numbered_bytes(kLarge);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/true);
  respond_with_file(file, 0, bytes.size());
  auto stalled = client(/*receive_buffer_bytes=*/4096);

  stalled.send(get_request("/"));

  const auto exchange = handler_.wait_for_exchange();
  ASSERT_TRUE(exchange.has_value());
  EXPECT_FALSE(exchange->complete);
  EXPECT_LT(exchange->body_bytes_sent, bytes.size());
  EXPECT_EQ(exchange->failure, "the peer took no byte for 50 ms");
}

TEST_F(BodyTest, EndsWhenTheClientIsGone) {
  start();
  const auto bytes = numbered_bytes(kLarge);
  const TestFile file(directory_.path() / "blob", bytes, /*has_descriptor=*/true);
  respond_with_file(file, 0, bytes.size());
  auto peer = client(/*receive_buffer_bytes=*/4096);
  peer.send(get_request("/"));
  EXPECT_EQ(read_head_response(peer).status, 200);

  peer.reset();

  const auto exchange = handler_.wait_for_exchange();
  ASSERT_TRUE(exchange.has_value());
  EXPECT_EQ(exchange->status, 200);
  EXPECT_FALSE(exchange->complete);
  EXPECT_EQ(exchange->failure, "the peer closed the connection");
  EXPECT_EQ(handler_.finished_count(), 1U);
}

}  // namespace
}  // namespace larder::http
