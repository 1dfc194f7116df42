#include "tests/support/raw_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <thread>

#include "daemon/http/head.h"
#include "daemon/http/socket_address.h"

namespace larder::testing {

namespace {

http::SocketAddress unix_address(std::string_view path) {
  http::SocketAddress address;
  auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, sizeof un.sun_path - 1);
  address.size_bytes = sizeof un;
  return address;
}

http::SocketAddress parse_address(std::string_view text) {
  if (text.starts_with("unix:")) return unix_address(text.substr(5));
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  auto host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return http::SocketAddress::parse(std::string(host), port).value_or(http::SocketAddress{});
}

bool wait_for(int fd, short events, std::chrono::milliseconds limit) {
  pollfd poll_fd{fd, events, 0};
  return ::poll(&poll_fd, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace

RawClient::RawClient(const std::string& address, int receive_buffer_bytes,
                     const std::string& source) {
  const auto target = parse_address(address);
  socket_.reset(::socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (receive_buffer_bytes > 0) {
    ::setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes);
  }
  if (const auto from = http::SocketAddress::parse(source, 0)) {
    ::bind(descriptor(), from->get(), from->size_bytes);
  }
  const int at_once = 1;  // each send as its own segment; refused by a unix socket
  ::setsockopt(descriptor(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  connected_ = ::connect(descriptor(), target.get(), target.size_bytes) == 0;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(descriptor(), POLLOUT, kDeadline)) return false;
    const auto count = put(bytes);
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t RawClient::drip(std::string_view bytes) {
  for (std::size_t sent = 0; sent < bytes.size(); ++sent) {
    if (wait_for(descriptor(), POLLIN | POLLRDHUP, std::chrono::milliseconds(1))) return sent;
    if (!send(bytes.substr(sent, 1))) return sent;
  }
  return bytes.size();
}

void RawClient::finish_sending() {
  ::shutdown(descriptor(), SHUT_WR);
}

void RawClient::reset() {
  const linger reset{1, 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  socket_.reset();
}

std::string RawClient::read_head() {
  for (;;) {
    if (const auto end = http::find_head_end(received_)) return read_exactly(*end);
    if (!receive()) return {};
  }
}

std::string RawClient::read_exactly(std::size_t size) {
  while (received_.size() < size && receive()) {
  }
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

std::string RawClient::read_to_end() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

std::ptrdiff_t RawClient::put(std::string_view bytes) {
  return ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::ptrdiff_t RawClient::take(std::span<char> into) {
  errno = EAGAIN;
  if (!wait_for(descriptor(), POLLIN, kDeadline)) return -1;
  return ::recv(descriptor(), into.data(), into.size(), 0);
}

bool RawClient::receive() {
  std::array<char, 64 * 1024> buffer;
  const auto count = take(buffer);
  if (count < 0 && errno == EAGAIN) return false;
  was_reset_ = count < 0 && errno == ECONNRESET;
  ended_ = ended_ || count <= 0;
  if (count <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

RawResponse read_head_response(RawClient& client) {
  auto head = http::parse_response_head(client.read_head());
  if (!head) return {};
  return {head->status, std::move(head->headers), {}};
}

RawResponse read_response(RawClient& client) {
  auto response = read_head_response(client);
  const auto length = response.headers.find("Content-Length").value_or("0");
  std::size_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  response.body = client.read_exactly(size);
  return response;
}

std::string get_request(std::string_view target, std::string_view more_fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: registry\r\n" +
         std::string(more_fields) + "\r\n";
}

RawResponse get(RawClient& client, std::string_view target) {
  client.send(get_request(target));
  return read_response(client);
}

}  // namespace larder::testing
