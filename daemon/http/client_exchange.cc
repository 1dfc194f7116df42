#include "daemon/http/client_exchange.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/http/ascii.h"
#include "daemon/http/body_reader.h"
#include "daemon/http/head_fields.h"
#include "daemon/http/response_reader.h"

namespace larder::http {

namespace {

constexpr std::array<std::string_view, 6> kOwnHeaders{"Host",
                                                      "Connection",
                                                      "Content-Length",
                                                      "Transfer-Encoding",
                                                      "Accept-Encoding",
                                                      "Proxy-Authorization"};
constexpr int kProxyAuthenticationRequired = 407;

void add_field(std::string& bytes, std::string_view name, std::string_view value) {
  bytes.append(name).append(": ").append(value).append("\r\n");
}

// Requires: check_request(request).
std::string request_bytes(const ClientRequest& request, const std::string& user_agent,
                          const std::optional<ToProxy>& to_proxy) {
  const auto target = to_proxy ? request.url.str() : request.url.target;
  std::string bytes = request.method + " " + target + " HTTP/1.1\r\n";
  add_field(bytes, "Host", request.url.authority());
  if (to_proxy && !to_proxy->authorization.empty()) {
    add_field(bytes, "Proxy-Authorization", to_proxy->authorization);
  }
  add_field(bytes, "Accept-Encoding", "identity");
  if (!request.headers.find("User-Agent")) add_field(bytes, "User-Agent", user_agent);
  for (const auto& [name, value] : request.headers.fields()) add_field(bytes, name, value);
  if (!request.body.empty()) {
    add_field(bytes, "Content-Length", std::to_string(request.body.size()));
  }
  return bytes + "\r\n" + request.body;
}

bool has_body(const ClientRequest& request, const ResponseLine& head) {
  return request.method != "HEAD" && head.status != 204 && head.status != 304;
}

bool is_visible(char c) {
  return !is_control(c) && c != ' ';
}

bool is_own(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

}  // namespace

Status check_request(const ClientRequest& request) {
  const auto& target = request.url.target;
  if (!is_token(request.method)) return Error{Errc::invalid, "malformed method"};
  if (!target.starts_with('/') || !std::all_of(target.begin(), target.end(), is_visible)) {
    return Error{Errc::invalid, "malformed request target"};
  }
  for (const auto& [name, value] : request.headers.fields()) {
    if (!is_token(name) || is_own(name)) return Error{Errc::invalid, "header name " + name};
    // The value may be a secret, so only the name is told.
    const bool clean =
        std::all_of(value.begin(), value.end(), [](char c) { return !is_control(c) || c == '\t'; });
    if (!clean) return Error{Errc::invalid, "control character in the value of " + name};
  }
  return {};
}

ExchangeResult exchange(ClientConnection& connection, const ClientRequest& request,
                        const ClientOptions& options, ResponseSink& sink, Waiter& waiter,
                        const std::optional<ToProxy>& to_proxy) {
  const auto& timeouts = options.timeouts;
  const Duration first_byte =
      std::min<Duration>(timeouts.first_byte, request.first_byte.value_or(Duration::max()));
  const auto deadline = deadline_in(first_byte, "first byte", request.deadline);
  auto written =
      connection.write(request_bytes(request, options.user_agent, to_proxy), waiter, deadline);
  if (!written) return {std::move(written), false, false};
  auto awaited = connection.await_answer(waiter, deadline);
  if (!awaited) return {std::move(awaited), false, false};
  bool answered = false;
  const auto head = read_response_head(connection, waiter, deadline, answered);
  if (!head) return {head.error(), answered, false};
  if (to_proxy && head->status == kProxyAuthenticationRequired) {
    return {Error{Errc::upstream_down, to_proxy->name + ": HTTP 407"}, answered, false};
  }

  const bool body = has_body(request, *head);
  const auto length = head->status == 204 ? std::nullopt : head->content_length;
  if (!sink.head({head->status, head->headers, length})) {
    return {{}, true, !body && head->keep_alive && connection.idle()};
  }
  if (body) {
    auto read = read_body(connection, *head, sink, waiter, {timeouts.stall, request.deadline});
    if (!read) return {std::move(read), true, false};
  }
  const bool framed = !body || head->chunked || head->content_length;
  return {{}, true, framed && head->keep_alive && connection.idle()};
}

}  // namespace larder::http
