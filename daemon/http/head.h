// The heads of HTTP/1.1 messages, parsed strictly (RFC 9112): what is ambiguous is refused, because
// two readers that disagree about a message are how requests are smuggled.
//
// Refused: bare LF or CR, obs-fold, white space around a field name, control characters, an empty
// or repeated Host, repeated or conflicting Content-Length, Transfer-Encoding together with
// Content-Length, anything but HTTP/1.0 and HTTP/1.1, an absolute or authority target.
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/source.h"
#include "daemon/http/message.h"

namespace larder::http {

struct RequestHead {
  std::string method;
  std::string target;
  Headers headers;
  bool http_1_0 = false;
  std::optional<std::uint64_t> content_length;
  bool announces_body = false;  // Content-Length above 0, or any Transfer-Encoding
  bool keep_alive = true;       // as version and Connection say
};

// The end of the head in `bytes` (one past its empty line); nothing while it has not arrived.
std::optional<std::size_t> find_head_end(std::string_view bytes);

// `head` is everything up to and with the empty line.
Result<RequestHead> parse_request_head(std::string_view head);

struct ResponseLine {
  int status = 0;
  Headers headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
};
// A response with Transfer-Encoding other than chunked is invalid. Bare LF line ends are invalid.
Result<ResponseLine> parse_response_head(std::string_view head);

// A single byte range of a Range header, resolved against a size (RFC 9110 section 14).
struct RangeRequest {
  enum class Kind { none, satisfiable, unsatisfiable } kind = Kind::none;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // one past the last byte
};
// `none` means: answer 200 with everything: no header, another unit, several ranges, or a malformed
// value. A reversed range (500-0) and a start beyond the end are unsatisfiable.
RangeRequest parse_range(std::optional<std::string_view> header, std::uint64_t size_bytes);

// What a Range header asks for, told before the size is known: a cache::ByteRange of the whole blob
// where parse_range would say `none`, kToTheEnd for an open end, and an empty range where the size
// must be known first (a suffix) or nothing can be given (a reversed range).
cache::ByteRange wanted_range(std::optional<std::string_view> header);

// Whether If-None-Match covers `etag` (quoted): weak or strong, bare or quoted, lists and "*".
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace larder::http
