#include "daemon/http/head_fields.h"

#include <algorithm>
#include <charconv>

#include "daemon/http/ascii.h"

namespace larder::http {

namespace {

Error malformed(std::string_view why) {
  return {Errc::invalid, std::string(why)};
}

bool is_token_character(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Every CR is followed by LF, every LF follows a CR.
bool has_only_whole_line_ends(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return false;
    if (text[i] != '\r') continue;
    if (i + 1 == text.size() || text[i + 1] != '\n') return false;
    ++i;
  }
  return true;
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return is_control(c) && c != '\t'; });
}

Status parse_field(std::string_view line, Headers& headers) {
  if (line.starts_with(' ') || line.starts_with('\t')) return malformed("folded header line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("header line without a colon");
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return malformed("malformed header name");
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return malformed("control character in a header value");
  headers.add(std::string(name), std::string(value));
  return {};
}

// Whether a Connection header lists `option`.
bool lists_option(std::string_view connection, std::string_view option) {
  for (;;) {
    const auto comma = connection.find(',');
    if (equals_ignoring_case(trim(connection.substr(0, comma)), option)) return true;
    if (comma == std::string_view::npos) return false;
    connection.remove_prefix(comma + 1);
  }
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

Result<HeadLines> split_head(std::string_view head) {
  if (!head.ends_with("\r\n\r\n")) return malformed("head without an empty line");
  if (!has_only_whole_line_ends(head)) return malformed("bare CR or LF");
  head.remove_suffix(2);
  const auto first_end = head.find("\r\n");
  const auto fields = head.substr(first_end + 2);
  if (fields.find("\r\n\r\n") != std::string_view::npos || fields.starts_with("\r\n")) {
    return malformed("bytes after the head");
  }
  return HeadLines{head.substr(0, first_end), fields};
}

Result<Headers> parse_fields(std::string_view fields) {
  Headers headers;
  while (!fields.empty()) {
    const auto end = fields.find("\r\n");
    if (auto parsed = parse_field(fields.substr(0, end), headers); !parsed) return parsed.error();
    if (end == std::string_view::npos) break;
    fields.remove_prefix(end + 2);
  }
  return headers;
}

Result<Framing> parse_framing(const Headers& headers) {
  const auto lengths = headers.find_all("Content-Length");
  const auto encodings = headers.find_all("Transfer-Encoding");
  if (lengths.size() + encodings.size() > 1) {
    return malformed("more than one of Content-Length and Transfer-Encoding");
  }
  Framing framing;
  framing.transfer_encoding = !encodings.empty();
  if (lengths.empty()) return framing;

  const auto text = lengths.front();
  std::uint64_t length = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failure != std::errc() || end != text.data() + text.size()) {
    return malformed("malformed Content-Length");
  }
  framing.content_length = length;
  return framing;
}

bool parse_keep_alive(const Headers& headers, bool http_1_0) {
  bool close = false;
  bool keep_alive = false;
  for (const auto value : headers.find_all("Connection")) {
    close = close || lists_option(value, "close");
    keep_alive = keep_alive || lists_option(value, "keep-alive");
  }
  return !close && (keep_alive || !http_1_0);
}

}  // namespace larder::http
