#include "tests/support/scripted_connection.h"

#include <linux/filter.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "cache/base/check.h"

namespace larder::testing {

ScriptedConnection::ScriptedConnection(UniqueFd socket, int stopping, SSL_CTX* tls)
    : socket_(std::move(socket)), stopping_(stopping) {
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  CHECK(tls_ != nullptr);
  SSL_set_fd(tls_.get(), socket_.get());
  SSL_set_accept_state(tls_.get());
}

bool ScriptedConnection::shake_hands() {
  if (tls_ == nullptr) return true;
  while (true) {
    const int code = SSL_do_handshake(tls_.get());
    if (code == 1) return true;
    if (!tls_wants(code)) return false;
  }
}

std::optional<std::string> ScriptedConnection::receive_head() {
  while (true) {
    if (const auto end = received_.find("\r\n\r\n"); end != std::string::npos) {
      auto head = received_.substr(0, end + 4);
      received_.erase(0, end + 4);
      return head;
    }
    if (!receive_some()) return std::nullopt;
  }
}

std::string ScriptedConnection::receive(std::size_t size) {
  while (received_.size() < size && receive_some()) {
  }
  auto bytes = received_.substr(0, size);
  received_.erase(0, bytes.size());
  return bytes;
}

bool ScriptedConnection::send(std::string_view bytes) {
  while (!bytes.empty() && socket_) {
    std::size_t sent = 0;
    if (tls_ != nullptr) {
      const int code = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
      if (code != 1 && !tls_wants(code)) return false;
    } else {
      const auto result = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (result < 0 && (errno != EAGAIN || !wait(Wait::write))) return false;
      sent = result > 0 ? static_cast<std::size_t>(result) : 0;
    }
    bytes.remove_prefix(sent);
  }
  return bytes.empty();
}

bool ScriptedConnection::drip(std::string_view bytes, std::chrono::milliseconds every) {
  for (const char& one : bytes) {
    if (!send({&one, 1})) return false;
    pollfd stopping{stopping_, POLLIN, 0};
    if (::poll(&stopping, 1, static_cast<int>(every.count())) != 0) return false;
  }
  return true;
}

void ScriptedConnection::relay(UniqueFd other) {
  while (socket_) {
    for (std::string_view left = received_; !left.empty();) {
      const auto sent = ::send(other.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0) return close();
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
    received_.clear();
    std::array<pollfd, 3> polled{pollfd{socket_.get(), POLLIN, 0}, pollfd{other.get(), POLLIN, 0},
                                 pollfd{stopping_, POLLIN, 0}};
    const bool pending = tls_ != nullptr && SSL_pending(tls_.get()) > 0;
    const auto limit = pending ? 0 : std::chrono::milliseconds(kScriptDeadline).count();
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(limit));
    if ((ready <= 0 && !pending) || polled[2].revents != 0) return close();
    if (polled[1].revents != 0 && !send_from(other.get())) return close();
    if ((polled[0].revents != 0 || pending) && !receive_some()) return close();
  }
}

// Sends what has arrived at `other`; false at its end.
bool ScriptedConnection::send_from(int other) {
  std::array<char, 16384> bytes;
  const auto got = ::recv(other, bytes.data(), bytes.size(), 0);
  return got > 0 && send({bytes.data(), static_cast<std::size_t>(got)});
}

void ScriptedConnection::hang() {
  while (receive_some()) received_.clear();
}

void ScriptedConnection::go_deaf() {
  sock_filter drop{BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program{1, &drop};
  CHECK(::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0);
}

void ScriptedConnection::close() {
  if (tls_ != nullptr) SSL_shutdown(tls_.get());
  tls_.reset();
  // Unread bytes would turn the close into a reset.
  std::array<char, 4096> bytes;
  while (socket_ && ::recv(socket_.get(), bytes.data(), bytes.size(), 0) > 0) {
  }
  socket_.reset();
}

void ScriptedConnection::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  tls_.reset();
  socket_.reset();
}

bool ScriptedConnection::wait(Wait what, std::chrono::milliseconds limit) {
  const auto events = static_cast<short>(what == Wait::read ? POLLIN : POLLOUT);
  std::array<pollfd, 2> polled{pollfd{socket_.get(), events, 0}, pollfd{stopping_, POLLIN, 0}};
  const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(limit.count()));
  return ready > 0 && polled[1].revents == 0;
}

bool ScriptedConnection::receive_some() {
  std::array<char, 4096> bytes;
  while (socket_) {
    if (tls_ != nullptr) {
      std::size_t got = 0;
      const int code = SSL_read_ex(tls_.get(), bytes.data(), bytes.size(), &got);
      if (code == 1) return !received_.append(bytes.data(), got).empty();
      if (!tls_wants(code)) return false;
      continue;
    }
    const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got > 0) return !received_.append(bytes.data(), static_cast<std::size_t>(got)).empty();
    if (got == 0 || errno != EAGAIN || !wait(Wait::read)) return false;
  }
  return false;
}

// Waits for what TLS needs next; false when it has failed.
bool ScriptedConnection::tls_wants(int code) {
  switch (SSL_get_error(tls_.get(), code)) {
    case SSL_ERROR_WANT_READ:
      return wait(Wait::read);
    case SSL_ERROR_WANT_WRITE:
      return wait(Wait::write);
    default:
      return false;
  }
}

}  // namespace larder::testing
