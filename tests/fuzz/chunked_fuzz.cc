// A chunked body decodes to the same bytes however the network cuts it, and ends at the same place.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cache/base/check.h"
#include "daemon/http/chunked.h"

namespace {

using larder::http::ChunkedDecoder;

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool ended = false;
  bool failed = false;

  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::span<const std::byte> body, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded decoded;
  while (decoded.consumed < body.size() && !decoder.ended()) {
    const auto size = std::min(step, body.size() - decoded.consumed);
    const auto piece = decoder.take(body.subspan(decoded.consumed, size));
    if (!piece) return {decoded.payload, 0, false, true};
    CHECK(piece->consumed > 0 && piece->consumed <= size);
    CHECK(piece->payload.size() <= piece->consumed);
    decoded.payload.append(reinterpret_cast<const char*>(piece->payload.data()),
                           piece->payload.size());
    decoded.consumed += piece->consumed;
  }
  decoded.ended = decoder.ended();
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = std::as_bytes(std::span(data, size));
  const auto whole = decode(body, std::max<std::size_t>(size, 1));
  CHECK(decode(body, 1) == whole);
  CHECK(decode(body, 7) == whole);
  return 0;
}
