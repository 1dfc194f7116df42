#include "daemon/http/tunnel.h"

#include <algorithm>

#include "daemon/http/ascii.h"
#include "daemon/http/response_reader.h"

namespace larder::http {

namespace {

// CONNECT names the port always.
std::string place_of(const Url& url) {
  const auto host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  return host + ":" + std::to_string(url.port);
}

}  // namespace

Result<std::string> proxy_authorization(const Proxy& proxy) {
  if (!proxy.authorization) return std::string();
  auto value = proxy.authorization();
  if (!value) return Error{Errc::upstream_down, "credential: " + value.error().context};
  if (std::any_of(value->begin(), value->end(), is_control)) {
    return Error{Errc::upstream_down, "credential: a control character"};
  }
  return value;
}

Status open_tunnel(ClientConnection& connection, const Proxy& proxy, const Url& target,
                   const std::string& user_agent, Waiter& waiter, const Deadline& deadline) {
  const auto authorization = proxy_authorization(proxy);
  if (!authorization) return authorization.error();
  const auto place = place_of(target);
  std::string head = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n";
  head += "User-Agent: " + user_agent + "\r\n";
  if (!authorization->empty()) head += "Proxy-Authorization: " + *authorization + "\r\n";
  if (auto sent = connection.write(head + "\r\n", waiter, deadline); !sent) return sent;
  bool any_byte = false;
  const auto answer = read_response_head(connection, waiter, deadline, any_byte);
  if (!answer) return answer.error();
  if (answer->status >= 300) {
    return Error{Errc::upstream_down, "HTTP " + std::to_string(answer->status)};
  }
  // In TLS the client speaks first, so nobody but the proxy can have sent these.
  if (!connection.ahead().empty()) {
    return Error{Errc::upstream_down, "bytes behind the head of its answer"};
  }
  return {};
}

}  // namespace larder::http
