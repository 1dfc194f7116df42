#include "daemon/http/body_reader.h"

#include <algorithm>
#include <memory>
#include <string>

#include "daemon/http/chunked.h"

namespace larder::http {

namespace {

constexpr std::uint64_t kPieceBytesMax = 256 * 1024;

Error short_body(const std::string& what) {
  return {Errc::upstream_down, "short body: " + what};
}

// Reads pieces into a buffer that lives as long as the body is read.
class PieceReader {
 public:
  PieceReader(ClientConnection& connection, Waiter& waiter, const BodyLimits& limits,
              std::uint64_t size_bytes)
      : connection_(connection),
        waiter_(waiter),
        limits_(limits),
        size_bytes_(static_cast<std::size_t>(std::min(size_bytes, kPieceBytesMax))),
        buffer_(new std::byte[size_bytes_]) {}

  // Up to `wanted` bytes; empty at the stream's end. Valid until the next call.
  Result<std::span<const std::byte>> next(std::uint64_t wanted) {
    const auto asked_at = std::chrono::steady_clock::now();
    const auto deadline = deadline_in(limits_.stall - waited_, "stall", limits_.total);
    if (auto due = waiter_.check(deadline); !due) return due.error();
    const auto size_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, size_bytes_));
    auto got = connection_.read({buffer_.get(), size_bytes}, waiter_, deadline);
    if (!got) return got.error();
    count(*got, std::chrono::steady_clock::now() - asked_at);
    return std::span<const std::byte>(buffer_.get(), *got);
  }

 private:
  void count(std::size_t size_bytes, Duration waited) {
    slow_bytes_ += size_bytes;
    waited_ += waited;
    if (slow_bytes_ < kStallBytesMin) return;
    slow_bytes_ = 0;
    waited_ = {};
  }

  ClientConnection& connection_;
  Waiter& waiter_;
  const BodyLimits& limits_;
  const std::size_t size_bytes_;
  std::size_t slow_bytes_ = 0;                 // since the peer was last fast enough, and
  Duration waited_{};                          // how long it was waited for in that time
  const std::unique_ptr<std::byte[]> buffer_;  // not zeroed: pages never read into cost nothing
};

Status give(ResponseSink& sink, std::span<const std::byte> bytes) {
  if (sink.body(bytes)) return {};
  return Error{Errc::cancelled, "the receiver wants no more"};
}

Status read_counted(PieceReader& reader, std::uint64_t size_bytes, ResponseSink& sink) {
  for (std::uint64_t left = size_bytes; left > 0;) {
    auto piece = reader.next(left);
    if (!piece) return piece.error();
    if (piece->empty()) {
      return short_body(std::to_string(size_bytes - left) + " of " + std::to_string(size_bytes) +
                        " bytes");
    }
    left -= piece->size();
    if (auto given = give(sink, *piece); !given) return given;
  }
  return {};
}

// Bytes behind the last chunk are put back: they show that the connection is out of step.
Status give_chunks(ChunkedDecoder& decoder, std::span<const std::byte> bytes, ResponseSink& sink,
                   ClientConnection& connection) {
  while (!bytes.empty() && !decoder.ended()) {
    auto piece = decoder.take(bytes);
    if (!piece) return Error{Errc::upstream_down, piece.error().context};
    bytes = bytes.subspan(piece->consumed);
    if (piece->payload.empty()) continue;
    if (auto given = give(sink, piece->payload); !given) return given;
  }
  connection.put_back(bytes);
  return {};
}

Status read_chunked(PieceReader& reader, ResponseSink& sink, ClientConnection& connection) {
  ChunkedDecoder decoder;
  while (!decoder.ended()) {
    auto bytes = reader.next(kPieceBytesMax);
    if (!bytes) return bytes.error();
    if (bytes->empty()) return short_body("no last chunk");
    if (auto given = give_chunks(decoder, *bytes, sink, connection); !given) return given;
  }
  return {};
}

Status read_until_close(PieceReader& reader, ResponseSink& sink) {
  while (true) {
    auto piece = reader.next(kPieceBytesMax);
    if (!piece) return piece.error();
    if (piece->empty()) return {};
    if (auto given = give(sink, *piece); !given) return given;
  }
}

}  // namespace

Status read_body(ClientConnection& connection, const ResponseLine& head, ResponseSink& sink,
                 Waiter& waiter, const BodyLimits& limits) {
  PieceReader reader(connection, waiter, limits, head.content_length.value_or(kPieceBytesMax));
  if (head.chunked) return read_chunked(reader, sink, connection);
  if (head.content_length) return read_counted(reader, *head.content_length, sink);
  return read_until_close(reader, sink);
}

}  // namespace larder::http
