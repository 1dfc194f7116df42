#include "daemon/http/request_body.h"

namespace larder::http {

Result<std::size_t> body_size(const RequestHead& head, std::size_t bytes_max) {
  if (!head.content_length) return Error{Errc::invalid, "a body needs a Content-Length"};
  if (*head.content_length > bytes_max) {
    return Error{Errc::invalid, "more than " + std::to_string(bytes_max) + " bytes"};
  }
  return static_cast<std::size_t>(*head.content_length);
}

std::optional<std::string> take_body(Connection& connection, std::size_t size) {
  if (connection.received().size() < size) return std::nullopt;
  std::string body(connection.received().substr(0, size));
  connection.consume(size);
  return body;
}

}  // namespace larder::http
