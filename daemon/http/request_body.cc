#include "daemon/http/request_body.h"

namespace larder::http {

namespace {

using std::chrono::ceil;
using std::chrono::milliseconds;

milliseconds left_until(MonoTime deadline) {
  return ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
}

}  // namespace

Result<std::string> receive_body(Connection& connection, const RequestHead& head,
                                 const RequestBodyLimits& limits) {
  if (!head.content_length) return Error{Errc::invalid, "a body needs a Content-Length"};
  if (*head.content_length > limits.bytes_max) {
    return Error{Errc::invalid, "more than " + std::to_string(limits.bytes_max) + " bytes"};
  }
  const auto size = static_cast<std::size_t>(*head.content_length);
  const MonoTime deadline = std::chrono::steady_clock::now() + limits.timeout;
  while (connection.received().size() < size) {
    const auto left = left_until(deadline);
    if (left <= milliseconds(0)) return Error{Errc::timeout, "it did not come in time"};
    if (!connection.wait_readable(left)) continue;
    if (connection.receive(size) == Connection::Received::closed) {
      return Error{Errc::cancelled, "the peer closed the connection"};
    }
  }
  std::string body(connection.received().substr(0, size));
  connection.consume(size);
  return body;
}

}  // namespace larder::http
