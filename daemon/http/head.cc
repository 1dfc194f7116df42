#include "daemon/http/head.h"

#include <algorithm>

#include "daemon/http/ascii.h"
#include "daemon/http/head_fields.h"

namespace larder::http {

namespace {

constexpr int kStatusMin = 100;
constexpr int kStatusMax = 599;

Error invalid(std::string_view why) {
  return {Errc::invalid, std::string(why)};
}

// "HTTP/1.0" or "HTTP/1.1"; true for the first.
Result<bool> parse_version(std::string_view text) {
  if (text != "HTTP/1.0" && text != "HTTP/1.1")
    return invalid("version other than HTTP/1.0 and 1.1");
  return text == "HTTP/1.0";
}

// Origin-form: a path and perhaps a query, of visible ASCII, without a fragment.
bool is_origin_form(std::string_view target) {
  return target.starts_with('/') && std::all_of(target.begin(), target.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '#';
         });
}

Status parse_request_line(std::string_view line, RequestHead& head) {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) {
    return invalid("malformed request line");
  }
  head.method = line.substr(0, method_end);
  head.target = line.substr(method_end + 1, target_end - method_end - 1);
  if (!is_token(head.method)) return invalid("malformed method");
  if (!is_origin_form(head.target)) return invalid("malformed request target");
  auto version = parse_version(line.substr(target_end + 1));
  if (!version) return version.error();
  head.http_1_0 = *version;
  return {};
}

bool consists_of(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [marks](char c) {
    return is_alnum(c) || marks.find(c) != std::string_view::npos;
  });
}

// host, host:port, [v6] or [v6]:port; the name by its characters alone: it is only ever compared.
bool is_host(std::string_view host) {
  const bool is_literal = host.starts_with('[');
  const auto end = is_literal ? host.find(']') : host.find(':');
  if (is_literal && end == std::string_view::npos) return false;
  const auto name = is_literal ? host.substr(1, end - 1) : host.substr(0, end);
  const auto rest = host.substr(std::min(host.size(), is_literal ? end + 1 : end));
  const bool is_port =
      rest.empty() || (rest.front() == ':' && std::all_of(rest.begin() + 1, rest.end(), is_digit));
  return is_port && !name.empty() && consists_of(name, is_literal ? ".:" : "-._~");
}

Status check_host(const RequestHead& head) {
  const auto hosts = head.headers.find_all("Host");
  if (hosts.empty() && head.http_1_0) return {};
  if (hosts.size() != 1) return invalid("no Host or more than one");
  return is_host(hosts.front()) ? Status() : invalid("malformed Host");
}

Status parse_status_line(std::string_view line, int& status, bool& http_1_0) {
  constexpr std::size_t kVersionBytes = 8;
  constexpr std::size_t kStatusEnd = kVersionBytes + 4;
  auto version = parse_version(line.substr(0, kVersionBytes));
  if (!version) return version.error();
  http_1_0 = *version;

  // The reason phrase means nothing, and some servers leave out even the space before it.
  const auto code = line.substr(kVersionBytes, 4);
  if (code.size() != 4 || code[0] != ' ' || !std::all_of(code.begin() + 1, code.end(), is_digit) ||
      (line.size() > kStatusEnd && line[kStatusEnd] != ' ')) {
    return invalid("malformed status line");
  }
  status = (code[1] - '0') * 100 + (code[2] - '0') * 10 + (code[3] - '0');
  return status >= kStatusMin && status <= kStatusMax ? Status() : invalid("unknown status");
}

}  // namespace

std::optional<std::size_t> find_head_end(std::string_view bytes) {
  // A bare LF also ends a line here, so that such a head is refused at once, not waited for.
  for (auto end = bytes.find('\n'); end != std::string_view::npos;
       end = bytes.find('\n', end + 1)) {
    const auto rest = bytes.substr(end + 1);
    if (rest.starts_with('\n')) return end + 2;
    if (rest.starts_with("\r\n")) return end + 3;
  }
  return std::nullopt;
}

Result<RequestHead> parse_request_head(std::string_view head) {
  auto lines = split_head(head);
  if (!lines) return lines.error();
  RequestHead request;
  if (auto line = parse_request_line(lines->first, request); !line) return line.error();
  auto headers = parse_fields(lines->fields);
  if (!headers) return headers.error();
  request.headers = std::move(*headers);
  if (auto host = check_host(request); !host) return host.error();

  const auto framing = parse_framing(request.headers);
  if (!framing) return framing.error();
  if (framing->transfer_encoding && request.http_1_0) {
    return invalid("Transfer-Encoding in HTTP/1.0");
  }
  request.content_length = framing->content_length;
  request.announces_body = framing->transfer_encoding || framing->content_length.value_or(0) > 0;
  request.keep_alive = parse_keep_alive(request.headers, request.http_1_0);
  return request;
}

Result<ResponseLine> parse_response_head(std::string_view head) {
  auto lines = split_head(head);
  if (!lines) return lines.error();
  ResponseLine response;
  bool http_1_0 = false;
  if (auto line = parse_status_line(lines->first, response.status, http_1_0); !line) {
    return line.error();
  }
  auto headers = parse_fields(lines->fields);
  if (!headers) return headers.error();
  response.headers = std::move(*headers);

  const auto framing = parse_framing(response.headers);
  if (!framing) return framing.error();
  response.content_length = framing->content_length;
  if (framing->transfer_encoding) {
    response.chunked =
        equals_ignoring_case(*response.headers.find("Transfer-Encoding"), "chunked") && !http_1_0;
    if (!response.chunked) return invalid("Transfer-Encoding other than chunked");
  }
  response.keep_alive = parse_keep_alive(response.headers, http_1_0);
  return response;
}

}  // namespace larder::http
