#include "daemon/http/next_head.h"

#include "daemon/http/connection.h"
#include "daemon/http/head_fields.h"

namespace larder::http {

NextHead take_head(Connection& connection, std::size_t head_bytes_max) {
  // A client that speaks TLS here (skopeo and podman try that first) would wait for an answer to
  // its hello until the head's deadline.
  const auto first = connection.received().substr(0, 1);
  if (!first.empty() && !is_token(first)) {
    return RefusedHead{Refusal::malformed_head, "this is no HTTP request"};
  }
  const auto end = connection.head_end();
  if (!end && connection.received().size() < head_bytes_max) return NoHeadYet{};
  if (!end || *end > head_bytes_max) return RefusedHead{Refusal::head_too_large, ""};
  auto head = parse_request_head(connection.received().substr(0, *end));
  connection.consume(*end);
  if (!head) return RefusedHead{Refusal::malformed_head, head.error().context};
  return std::move(*head);
}

}  // namespace larder::http
