#include "daemon/http/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "cache/base/result.h"

namespace larder::http {

namespace {

bool would_block(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK;
}

IoResult failed(const char* what, int error_number) {
  return {IoResult::Kind::failed, 0, from_errno(what, error_number).context};
}

}  // namespace

PlainTransport::PlainTransport(UniqueFd socket) : socket_(std::move(socket)) {}

IoResult PlainTransport::read(std::span<std::byte> into) {
  ssize_t size = 0;
  do {
    size = ::recv(socket_.get(), into.data(), into.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size > 0) return {IoResult::Kind::done, static_cast<std::size_t>(size), {}};
  if (size == 0) return {IoResult::Kind::end, 0, {}};
  if (would_block(errno)) return {IoResult::Kind::wants_read, 0, {}};
  return failed("read", errno);
}

IoResult PlainTransport::write(std::span<const std::byte> bytes) {
  ssize_t size = 0;
  do {
    size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  if (size >= 0) return {IoResult::Kind::done, static_cast<std::size_t>(size), {}};
  if (would_block(errno)) return {IoResult::Kind::wants_write, 0, {}};
  return failed("write", errno);
}

bool PlainTransport::open_and_silent() {
  std::byte one{};
  return ::recv(socket_.get(), &one, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block(errno);
}

bool PlainTransport::is_unheard() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  const int told = ::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size);
  return told == 0 && info.tcpi_retransmits > 0 && info.tcpi_unacked > 0;
}

}  // namespace larder::http
