#include "daemon/http/response_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

namespace {

Error down(std::string_view why) {
  return {Errc::upstream_down, std::string(why)};
}

// Whoever does not begin like this will not become HTTP by waiting.
bool may_be_http(std::string_view bytes) {
  constexpr std::string_view kVersion = "HTTP/1.";
  const auto size = std::min(bytes.size(), kVersion.size());
  return bytes.substr(0, size) == kVersion.substr(0, size);
}

// Reads until a whole head is ahead in the connection. Its size.
Result<std::size_t> await_head(ClientConnection& connection, Waiter& waiter,
                               const Deadline& deadline, bool& any_byte) {
  std::size_t searched = 0;
  while (true) {
    const auto bytes = connection.ahead();
    any_byte = any_byte || !bytes.empty();
    if (!may_be_http(bytes)) return down("the peer speaks no HTTP/1");
    // An end may begin in the last bytes of the previous read.
    const auto from = searched - std::min<std::size_t>(searched, 3);
    const auto end = find_head_end(bytes.substr(from));
    if (end && from + *end <= kResponseHeadBytesMax) return from + *end;
    if (end || bytes.size() > kResponseHeadBytesMax) return down("response head too large");
    searched = bytes.size();
    auto got = connection.read_ahead(waiter, deadline);
    if (!got) return got.error();
    if (*got == 0) return down("the peer closed before a whole response head");
  }
}

}  // namespace

Result<ResponseLine> read_response_head(ClientConnection& connection, Waiter& waiter,
                                        const Deadline& deadline, bool& any_byte) {
  for (int interim = 0; interim <= kInterimResponsesMax; ++interim) {
    auto size_bytes = await_head(connection, waiter, deadline, any_byte);
    if (!size_bytes) return size_bytes.error();
    auto head = parse_response_head(connection.ahead().substr(0, *size_bytes));
    if (!head) return down("malformed response head: " + head.error().context);
    connection.drop_ahead(*size_bytes);
    if (head->status == 101) return down("the peer switched protocols");
    if (head->status >= 200) return head;
  }
  return down("too many interim responses");
}

}  // namespace larder::http
