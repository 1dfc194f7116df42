// The addresses a listener can be given, and the sockets behind them.
//
// Thread-safety: one thread at a time. Blocks: on a name look-up when the host is no number.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/result.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/socket_address.h"

namespace larder::http {

struct ListenAddress {
  enum class Kind {
    host,       // host:port, [v6]:port
    interface,  // interface:NAME:port, the first address of that network interface, IPv4 before
                // IPv6
    unix,       // unix:/path
  } kind = Kind::host;
  std::string name;  // host, interface or path
  std::uint16_t port = 0;

  // Returns: invalid, with the forms that are understood.
  static Result<ListenAddress> parse(std::string_view text);

  bool operator==(const ListenAddress&) const = default;
};

// A bound, listening, non-blocking socket. A unix socket's file replaces one that nobody listens
// on, and is removed on destruction.
class ListenSocket {
 public:
  static constexpr mode_t kUnixMode = 0660;

  // `unix_mode` is that of a unix socket's file: who may write to it may connect.
  // Returns: invalid for a host or interface that does not exist; busy when the address is in use;
  // denied, io.
  static Result<ListenSocket> open(const ListenAddress& address, mode_t unix_mode = kUnixMode);
  ListenSocket(ListenSocket&&) = default;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  int descriptor() const { return socket_.get(); }
  // As bound: "127.0.0.1:43121", "[::1]:43121" or "unix:/path".
  std::string address() const;

 private:
  ListenSocket(UniqueFd socket, std::string path);

  UniqueFd socket_;
  std::string path_;  // of a unix socket
};

// "10.1.2.3:51324", "[2001:db8::1]:51324" or "unix". An IPv4 address in IPv6 clothes is shown as
// IPv4.
std::string peer_text(const SocketAddress& peer);

}  // namespace larder::http
