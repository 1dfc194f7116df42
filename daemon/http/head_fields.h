// What request and response heads have in common: lines, and the fields that follow the first one.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cache/base/result.h"
#include "daemon/http/message.h"

namespace larder::http {

// The lines of a head without their CRLF.
struct HeadLines {
  std::string_view first;
  std::string_view fields;  // "name: value\r\n" any number of times
};

// Splits a head that ends with its empty line.
// Returns: invalid for a bare CR, a bare LF, or bytes after the empty line.
Result<HeadLines> split_head(std::string_view head);

// Returns: invalid for obs-fold, an empty or malformed name, control characters in a value.
Result<Headers> parse_fields(std::string_view fields);

// How a message says where its body ends.
struct Framing {
  std::optional<std::uint64_t> content_length;
  bool transfer_encoding = false;
};
// Returns: invalid for more than one of Content-Length and Transfer-Encoding, and for a length that
// is no number of 64 bits.
Result<Framing> parse_framing(const Headers& headers);

// Whether the connection outlives the message.
bool parse_keep_alive(const Headers& headers, bool http_1_0);

// A non-empty run of the characters of names and methods (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);

}  // namespace larder::http
