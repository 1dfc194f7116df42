#include "daemon/http/wire.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace larder::http {

namespace {

constexpr std::uint64_t kSendfileBytesMax = 0x7ffff000;
// Of a file, at a time: of a peer that keeps up, and of one that was just waited for.
constexpr std::size_t kSealBytesMax = 256 * 1024;
constexpr std::size_t kSealBytesMin = 32 * 1024;
// A peer that has room again this soon keeps up.
constexpr std::chrono::milliseconds kMoment{10};

// Holds partial segments back while a file is sent: sendfile(2) hands the kernel 16 pages at a
// time, and with TCP_NODELAY each lot would leave in segments of its own. Measured over loopback: a
// sixth less time and a quarter less CPU for 256 MiB.
//
// Not with TLS, which has nothing to gain: with BBR, Linux now and then leaves a corked socket's
// full queue alone for 60 to 90 ms, and many small writes meet that more often.
class Cork {
 public:
  explicit Cork(int socket) : socket_(socket) { set(1); }
  ~Cork() { set(0); }
  Cork(const Cork&) = delete;
  Cork& operator=(const Cork&) = delete;

 private:
  void set(int on) { ::setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

  const int socket_;
};

// As poll(2); interrupted calls are as good as passed ones for our callers, who loop.
bool poll_for(int fd, short events, std::chrono::milliseconds limit) {
  pollfd poll_fd{fd, events, 0};
  return ::poll(&poll_fd, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace

Wire::Wire(UniqueFd socket, const PeerPace::Limits& pace, Crowd::Visit& visit)
    : socket_(std::move(socket)), pace_(pace), visit_(visit) {}

std::ptrdiff_t Wire::take(std::span<char> into) {
  if (!tls_) return take_raw(into);
  const auto result = tls_->read(std::as_writable_bytes(into));
  switch (result.kind) {
    case IoResult::Kind::done:
      return static_cast<std::ptrdiff_t>(result.size_bytes);
    case IoResult::Kind::end:
      return 0;
    case IoResult::Kind::wants_read:
    case IoResult::Kind::wants_write:
      errno = EAGAIN;
      return -1;
    case IoResult::Kind::failed:
      break;
  }
  errno = ECONNRESET;
  return -1;
}

std::ptrdiff_t Wire::take_raw(std::span<char> into) {
  return ::recv(descriptor(), into.data(), into.size(), MSG_DONTWAIT);
}

bool Wire::wait_readable(std::chrono::milliseconds limit) const {
  return has_pending() || poll_for(descriptor(), POLLIN, limit);
}

Status Wire::send(std::string_view first, std::string_view second, bool more_follows) {
  if (tls_) {
    auto sent = send_sealed(first);
    return sent ? send_sealed(second) : sent;
  }
  while (!first.empty() || !second.empty()) {
    const auto allowed = may_send(first.size() + second.size());
    if (!allowed) return allowed.error();
    const auto now_first = first.substr(0, *allowed);
    const auto now_second = second.substr(0, *allowed - now_first.size());
    std::array<iovec, 2> parts{iovec{const_cast<char*>(now_first.data()), now_first.size()},
                               iovec{const_cast<char*>(now_second.data()), now_second.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const auto count =
        ::sendmsg(descriptor(), &message, (more_follows ? MSG_MORE : 0) | MSG_NOSIGNAL);
    if (count >= 0) {
      const auto size = static_cast<std::size_t>(count);
      count_sent(size);
      const auto of_first = std::min(size, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(size - of_first);
    } else if (errno != EAGAIN && errno != EINTR) {
      return send_failure(errno);
    } else if (auto writable = wait_writable(); !writable) {
      return writable;
    }
  }
  return {};
}

Status Wire::send_file(std::string_view first, int file, std::uint64_t offset, std::uint64_t size) {
  if (tls_) {
    auto sent = send_sealed(first);
    return sent ? send_file_sealed(file, offset, size) : sent;
  }
  const Cork cork(descriptor());
  if (auto sent = send(first, {}, /*more_follows=*/true); !sent) return sent;
  return send_file_plain(file, offset, size);
}

Status Wire::send_file_plain(int file, std::uint64_t offset, std::uint64_t size) {
  auto position = static_cast<off_t>(offset);
  for (auto left = size; left > 0;) {
    const auto allowed = may_send(std::min(left, kSendfileBytesMax));
    if (!allowed) return allowed.error();
    const auto count = ::sendfile(descriptor(), file, &position, *allowed);
    if (count == 0) return Error{Errc::io, "the file ended before the body"};
    if (count > 0) {
      count_sent(static_cast<std::uint64_t>(count));
      left -= static_cast<std::uint64_t>(count);
    } else if (errno != EAGAIN && errno != EINTR) {
      return send_failure(errno);
    } else if (auto writable = wait_writable(); !writable) {
      return writable;
    }
  }
  return {};
}

// Piece by piece through memory that stays in the processor's cache. While a peer is waited for
// there is none: a thousand of them that stand still would hold it all. What did not go is read
// again, a little of it, until the peer keeps up.
Status Wire::send_file_sealed(int file, std::uint64_t offset, std::uint64_t size) {
  std::unique_ptr<char[]> buffer;
  std::size_t room = kSealBytesMax;
  const std::uint64_t end = offset + size;
  while (offset < end) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, room));
    if (!buffer) buffer = std::make_unique_for_overwrite<char[]>(room);
    const auto count = ::pread(file, buffer.get(), wanted, static_cast<off_t>(offset));
    if (count == 0) return Error{Errc::io, "the file ended before the body"};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return from_errno("read", errno);
    const auto piece = static_cast<std::size_t>(count);
    const auto gone = seal({buffer.get(), piece});
    if (!gone) return gone.error();
    offset += *gone;
    const bool keeps_up = *gone == piece;
    const std::size_t next = keeps_up ? std::min(2 * room, kSealBytesMax) : kSealBytesMin;
    if (!keeps_up || next != room) buffer.reset();
    room = next;
    if (keeps_up) continue;
    if (auto writable = wait_writable(); !writable) return writable;
  }
  return {};
}

void Wire::send_now(std::string_view bytes) {
  if (tls_) {
    const auto result = tls_->write(std::as_bytes(std::span(bytes)));
    if (result.kind == IoResult::Kind::done) count_sent(result.size_bytes);
    return;
  }
  const auto count = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count > 0) count_sent(static_cast<std::uint64_t>(count));
}

void Wire::begin_answer() {
  sent_bytes_ = 0;
  first_sent_.reset();
}

void Wire::finish_sending() {
  if (tls_) tls_->finish();
  ::shutdown(descriptor(), SHUT_WR);
}

void Wire::cut() {
  cut_ = true;
  ::shutdown(descriptor(), SHUT_RDWR);
}

Status Wire::send_sealed(std::string_view bytes) {
  for (;;) {
    const auto gone = seal(bytes);
    if (!gone) return gone.error();
    bytes.remove_prefix(*gone);
    if (bytes.empty()) return {};
    if (auto writable = wait_writable(); !writable) return writable;
  }
}

// How many bytes went; less than all when the peer must be waited for. They come again then, at
// least those of the record that is under way, perhaps elsewhere in memory.
Result<std::size_t> Wire::seal(std::string_view bytes) {
  std::size_t gone = 0;
  while (gone < bytes.size()) {
    const auto allowed = may_send(bytes.size() - gone);
    if (!allowed) return allowed.error();
    const auto result = tls_->write(std::as_bytes(std::span(bytes.substr(gone, *allowed))));
    if (result.kind == IoResult::Kind::wants_write) {
      if (poll_for(descriptor(), POLLOUT, kMoment)) continue;
      break;
    }
    if (result.kind != IoResult::Kind::done) return send_failure(EPIPE).error();
    count_sent(result.size_bytes);
    gone += result.size_bytes;
  }
  return gone;
}

Status Wire::wait_writable() {
  if (auto moves = pace_.note({}, taken_bytes()); !moves) return moves;
  for (;;) {
    const auto since = std::chrono::steady_clock::now();
    const bool writable = poll_for(descriptor(), POLLOUT, pace_.next_look());
    auto moves = pace_.note(std::chrono::steady_clock::now() - since, taken_bytes());
    if (!moves) reset_when_closed();
    if (writable || !moves) return moves;
  }
}

// A peer that takes nothing would have the kernel keep its answer, and it the connection, for long.
void Wire::reset_when_closed() const {
  constexpr linger kReset{1, 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &kReset, sizeof kReset);
}

// How much of `wanted` may go now.
Result<std::uint64_t> Wire::may_send(std::uint64_t wanted) {
  if (!visit_.is_paced()) return wanted;
  if (booked_bytes_ == 0) {
    const auto piece = std::min(wanted, visit_.piece_bytes());
    if (auto come = wait_for_turn(piece); !come) return come.error();
    booked_bytes_ = piece;
  }
  return std::min(wanted, booked_bytes_);
}

Status Wire::wait_for_turn(std::uint64_t bytes) {
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    const auto at = visit_.ask_to_send(bytes, now);
    if (at <= now) return {};
    constexpr short kOnlyItsEnd = 0;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(at - now);
    if (poll_for(descriptor(), kOnlyItsEnd, wait)) return send_failure(EPIPE);
  }
}

// Of all that was sent, what is not in the socket's queue any more. With TLS a little less.
std::int64_t Wire::taken_bytes() const {
  int queued = 0;
  ::ioctl(descriptor(), SIOCOUTQ, &queued);
  return ever_sent_bytes_ - queued;
}

Status Wire::send_failure(int error_number) const {
  if (cut_) return Error{Errc::cancelled, "cut by the server"};
  if (error_number == EPIPE || error_number == ECONNRESET) {
    return Error{Errc::cancelled, "the peer closed the connection"};
  }
  return from_errno("send", error_number);
}

void Wire::count_sent(std::uint64_t size) {
  if (!first_sent_) first_sent_ = std::chrono::steady_clock::now();
  sent_bytes_ += size;
  ever_sent_bytes_ += static_cast<std::int64_t>(size);
  booked_bytes_ -= std::min(booked_bytes_, size);
}

}  // namespace larder::http
