// Any bytes are a request head or not; one that is accepted reads the same to a lenient reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/http/head.h"

namespace {

using namespace larder::http;

// Written out again in the one way a head can be written, it must parse to the same.
std::string rewrite(const RequestHead& head) {
  std::string text = head.method + " " + head.target + (head.http_1_0 ? " HTTP/1.0" : " HTTP/1.1");
  for (const auto& [name, value] : head.headers.fields()) text += "\r\n" + name + ": " + value;
  return text + "\r\n\r\n";
}

void check_request(std::string_view bytes) {
  const auto head = parse_request_head(bytes);
  if (!head.ok()) return;
  CHECK(find_head_end(bytes) == bytes.size());
  const auto again = parse_request_head(rewrite(*head));
  CHECK(again.ok());
  CHECK(again->target == head->target);
  CHECK(again->headers.fields() == head->headers.fields());
  CHECK(again->announces_body == head->announces_body);
  CHECK(again->keep_alive == head->keep_alive);
}

void check_response(std::string_view bytes) {
  const auto head = parse_response_head(bytes);
  if (!head.ok()) return;
  CHECK(find_head_end(bytes) == bytes.size());
  CHECK(!(head->chunked && head->content_length));
}

void check_range(std::string_view bytes) {
  constexpr std::uint64_t kSize = 1000;
  const auto range = parse_range(bytes, kSize);
  if (range.kind != RangeRequest::Kind::satisfiable) return;
  CHECK(range.begin < range.end);
  CHECK(range.end <= kSize);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_request(bytes);
  check_response(bytes);
  check_range(bytes);
  etag_matches(bytes, "\"sha256:aa\"");
  return 0;
}
