#include "tests/support/scripted_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace larder::testing {

namespace {

// The port of "CONNECT host:port HTTP/1.1".
std::uint16_t port_asked_for(const std::string& head) {
  const auto line = head.substr(0, head.find(" HTTP/"));
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) != 0) socket.reset();
  return socket;
}

}  // namespace

Script open_tunnel() {
  return [](ScriptedConnection& connection, const ReceivedRequest& request) {
    auto target = connect_to(port_asked_for(request.head));
    if (!target) {
      connection.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    connection.send("HTTP/1.1 200 Connection established\r\n\r\n");
    connection.relay(std::move(target));
  };
}

}  // namespace larder::testing
