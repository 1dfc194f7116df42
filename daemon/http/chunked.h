// Decodes a chunked body (RFC 9112 section 7.1), strictly: what does not follow the grammar is
// refused, so that a damaged end is never taken for the end.
//
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cache/base/result.h"

namespace larder::http {

class ChunkedDecoder {
 public:
  struct Piece {
    std::span<const std::byte> payload;  // inside the input; may be empty
    std::size_t consumed = 0;            // bytes of the input that are done with, payload included
  };

  // Takes bytes up to the end of the first run of payload in `bytes`, or all of them.
  // Returns: invalid for anything that is not the chunked coding; call no more after that.
  Result<Piece> take(std::span<const std::byte> bytes);

  // The last chunk and the trailer are complete. Bytes after them are never consumed.
  bool ended() const { return state_ == State::ended; }

 private:
  enum class State {
    size,        // hexadecimal digits
    extension,   // ignored up to the line's end
    size_lf,     // LF after the size line's CR
    payload,     // `left_` more bytes
    payload_cr,  // CR, then LF, after the payload
    payload_lf,
    trailer_start,  // a field, or the CR of the empty line
    trailer,        // ignored up to the line's end
    trailer_lf,
    last_lf,  // LF of the empty line
    ended,
  };

  Status step(char c);
  Status size_step(char c);
  Status expect(char c, char expected, State next);
  Status skip(char c, State after_cr);

  static constexpr int kSizeDigitsMax = 15;          // stays below 2^60
  static constexpr std::size_t kSkippedMax = 16384;  // extensions and trailers of the whole body

  State state_ = State::size;
  std::uint64_t left_ = 0;
  int digits_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace larder::http
