#include "daemon/http/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "daemon/http/head.h"

namespace larder::http {

namespace {

constexpr std::size_t kReceiveBytes = 16 * 1024;  // per call
// Records at a time: of one byte each, a full socket buffer would be milliseconds of work.
constexpr int kRecordsMax = 16;
constexpr std::size_t kGatherBytes = 16 * 1024;  // what write() holds back at most

Connection::Received outcome_of(ssize_t count) {
  if (count > 0) return Connection::Received::bytes;
  const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EINTR);
  return nothing_yet ? Connection::Received::nothing : Connection::Received::closed;
}

}  // namespace

Connection::Connection(UniqueFd socket, std::string peer, const PeerPace::Limits& pace,
                       std::unique_ptr<Crowd::Visit> visit)
    : visit_(std::move(visit)), wire_(std::move(socket), pace, *visit_), peer_(std::move(peer)) {}

// Who sees the connection end may count on its place.
Connection::~Connection() {
  visit_.reset();
}

Connection::Received Connection::receive(std::size_t bytes_max) {
  std::array<char, kReceiveBytes> buffer;
  auto result = Received::nothing;
  for (int records = 0; records < kRecordsMax && received_.size() < bytes_max; ++records) {
    const auto wanted = std::min(buffer.size(), bytes_max - received_.size());
    const auto count = wire_.take(std::span(buffer).first(wanted));
    if (count <= 0) return result == Received::bytes ? result : outcome_of(count);
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    result = Received::bytes;
    // A record that is short says nothing about the next.
    if (static_cast<std::size_t>(count) < wanted && wire_.tls() == nullptr) break;
  }
  return result;
}

Connection::Received Connection::discard() {
  std::array<char, kReceiveBytes> buffer;
  consume(received_.size());
  return outcome_of(wire_.take_raw(buffer));
}

std::optional<std::size_t> Connection::head_end() {
  constexpr std::size_t kEndBytesMax = 3;  // LF CR LF: it may have begun in what was searched
  const auto from = searched_bytes_ - std::min(searched_bytes_, kEndBytesMax - 1);
  const auto end = find_head_end(std::string_view(received_).substr(from));
  searched_bytes_ = received_.size();
  return end ? std::optional(from + *end) : std::nullopt;
}

void Connection::consume(std::size_t size) {
  searched_bytes_ = 0;
  if (size < received_.size()) {
    received_.erase(0, size);
  } else {
    std::string().swap(received_);
  }
}

Status Connection::write(std::string_view bytes) {
  if (unsent_.size() + bytes.size() <= kGatherBytes) {
    unsent_ += bytes;
    return {};
  }
  auto sent = wire_.send(unsent_, bytes);
  unsent_.clear();
  return sent;
}

Status Connection::flush() {
  auto sent = wire_.send(unsent_, {});
  std::string().swap(unsent_);  // the memory too: an idle connection keeps no buffer
  return sent;
}

Status Connection::write_file(int file, std::uint64_t offset, std::uint64_t size) {
  auto sent = wire_.send_file(unsent_, file, offset, size);
  unsent_.clear();
  return sent;
}

}  // namespace larder::http
