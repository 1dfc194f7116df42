#include "daemon/http/chunked.h"

#include <algorithm>

#include "daemon/http/ascii.h"

namespace larder::http {

namespace {

Error malformed(const char* what) {
  return {Errc::invalid, std::string("chunked body: ") + what};
}

// -1 for anything but a hexadecimal digit.
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Result<ChunkedDecoder::Piece> ChunkedDecoder::take(std::span<const std::byte> bytes) {
  Piece piece;
  while (piece.consumed < bytes.size() && !ended()) {
    if (state_ == State::payload) {
      const auto rest = bytes.size() - piece.consumed;
      const auto size_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest));
      piece.payload = bytes.subspan(piece.consumed, size_bytes);
      piece.consumed += size_bytes;
      left_ -= size_bytes;
      if (left_ == 0) state_ = State::payload_cr;
      return piece;
    }
    if (auto stepped = step(static_cast<char>(bytes[piece.consumed])); !stepped) {
      return stepped.error();
    }
    ++piece.consumed;
  }
  return piece;
}

Status ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size:
      return size_step(c);
    case State::extension:
      return skip(c, State::size_lf);
    case State::size_lf:
      return expect(c, '\n', left_ == 0 ? State::trailer_start : State::payload);
    case State::payload_cr:
      return expect(c, '\r', State::payload_lf);
    case State::payload_lf:
      digits_ = 0;
      return expect(c, '\n', State::size);
    case State::trailer_start:
      if (c == '\r') return expect(c, '\r', State::last_lf);
      state_ = State::trailer;
      return skip(c, State::trailer_lf);
    case State::trailer:
      return skip(c, State::trailer_lf);
    case State::trailer_lf:
      return expect(c, '\n', State::trailer_start);
    case State::last_lf:
      return expect(c, '\n', State::ended);
    case State::payload:
    case State::ended:
      break;
  }
  return malformed("decoded past its end");
}

Status ChunkedDecoder::size_step(char c) {
  if (const int value = hex_value(c); value >= 0) {
    if (++digits_ > kSizeDigitsMax) return malformed("chunk size too large");
    left_ = left_ << 4 | static_cast<std::uint64_t>(value);
    return {};
  }
  if (digits_ == 0) return malformed("no chunk size");
  if (c == ';') {
    state_ = State::extension;
    return {};
  }
  return expect(c, '\r', State::size_lf);
}

Status ChunkedDecoder::expect(char c, char expected, State next) {
  if (c != expected) return malformed("malformed line end");
  state_ = next;
  return {};
}

Status ChunkedDecoder::skip(char c, State after_cr) {
  if (c == '\r') {
    state_ = after_cr;
    return {};
  }
  if (is_control(c) && c != '\t') return malformed("control character");
  if (++skipped_ > kSkippedMax) return malformed("extensions and trailer too long");
  return {};
}

}  // namespace larder::http
