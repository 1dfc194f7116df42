// A Connection whose other end is in the test's hands, and no server around it.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/check.h"
#include "cache/base/unique_fd.h"
#include "daemon/http/connection.h"

namespace larder::http {

class SocketPair {
 public:
  explicit SocketPair(std::chrono::milliseconds write_stall = std::chrono::milliseconds(50)) {
    std::array<int, 2> ends{};
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    peer_.reset(ends[1]);
    connection_ = std::make_unique<Connection>(
        UniqueFd(ends[0]), "peer", PeerPace::Limits{.stall = write_stall}, crowd_.enter());
  }

  Connection& connection() { return *connection_; }
  std::unique_ptr<Connection> release() { return std::move(connection_); }
  std::size_t open() const { return crowd_.connections(); }

  void send(std::string_view bytes) {
    CHECK(::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
  }
  // What has arrived until now.
  std::string receive() {
    std::string bytes(64 * 1024, '\0');
    const auto count = ::recv(peer_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  // Whether the connection's end is closed, as far as we can see.
  bool ended() {
    char byte = 0;
    return ::recv(peer_.get(), &byte, 1, MSG_PEEK) == 0;
  }
  void close_peer() { peer_.reset(); }

 private:
  Crowd crowd_{{}, {}};
  UniqueFd peer_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace larder::http
