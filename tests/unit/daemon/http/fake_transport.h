// A transport without a network: it gives the reads a test lists, then ends or fails.
#pragma once

#include <sys/eventfd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/unique_fd.h"
#include "daemon/http/client_connection.h"
#include "daemon/http/transport.h"

namespace larder::http {

// What a fake transport has been told and has seen; the test keeps it.
struct FakeWire {
  std::deque<std::string> reads;  // one read gives one of these, or a part of it
  IoResult::Kind after_reads = IoResult::Kind::end;
  std::string written;
  bool is_unheard = false;
  int looks = 0;  // at is_unheard
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeWire& wire) : wire_(wire), never_ready_(::eventfd(0, EFD_CLOEXEC)) {}

  int socket() const override { return never_ready_.get(); }
  IoResult handshake() override { return {IoResult::Kind::done, 0, {}}; }
  IoResult read(std::span<std::byte> into) override {
    if (wire_.reads.empty()) return {wire_.after_reads, 0, "broken"};
    auto& next = wire_.reads.front();
    const auto size = std::min(next.size(), into.size());
    std::memcpy(into.data(), next.data(), size);
    next.erase(0, size);
    if (next.empty()) wire_.reads.pop_front();
    return {IoResult::Kind::done, size, {}};
  }
  IoResult write(std::span<const std::byte> bytes) override {
    wire_.written.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {IoResult::Kind::done, bytes.size(), {}};
  }
  bool open_and_silent() override { return wire_.reads.empty(); }
  bool is_unheard() const override {
    ++wire_.looks;
    return wire_.is_unheard;
  }

 private:
  FakeWire& wire_;
  UniqueFd never_ready_;
};

inline std::unique_ptr<ClientConnection> connection_over(FakeWire& wire) {
  return std::make_unique<ClientConnection>(std::make_unique<FakeTransport>(wire));
}

// Every byte in a read of its own.
inline std::deque<std::string> byte_by_byte(std::string_view bytes) {
  std::deque<std::string> reads;
  for (const char c : bytes) reads.emplace_back(1, c);
  return reads;
}

}  // namespace larder::http
