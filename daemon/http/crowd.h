// Who is connected to a listener: connections, requests under way and bytes sent, counted for the
// listener and for each source.
//
// A source is an IPv4 address or an IPv6 network of 64 bits; the peers of a unix socket have none.
// One is remembered while it is connected, and a moment longer where it has sent ahead of its rate;
// there are at most as many as connections, and kRememberedMax more.
// Thread-safety: any thread; a Visit one at a time. Blocks: no.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/refusal.h"
#include "daemon/http/send_queue.h"

namespace larder::http {

// 0: no limit.
struct ShareLimits {
  std::size_t connections = 0;
  std::size_t requests = 0;            // under way, waiting for a thread included
  std::uint64_t bytes_per_second = 0;  // sent

  bool operator==(const ShareLimits&) const = default;
};

class Crowd {
 public:
  static constexpr std::size_t kRememberedMax = 1024;

  Crowd(const ShareLimits& of_all, const ShareLimits& of_source);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  class Visit;
  // A connection's place; null when there are too many. Must not outlive the crowd.
  std::unique_ptr<Visit> enter();

  std::size_t connections() const { return connections_; }
  std::size_t sources();  // that are remembered

 private:
  struct Source {
    std::size_t connections = 0;
    std::size_t requests = 0;
    SendQueue::Source sending;
    bool waits_to_be_forgotten = false;
  };
  using Sources = std::map<IpAddress, Source>;

  void leave(Sources::value_type& source, MonoTime now) REQUIRES(mutex_);
  void forget_some(MonoTime now) REQUIRES(mutex_);

  const ShareLimits of_all_;
  const ShareLimits of_source_;
  std::atomic<std::size_t> connections_ = 0;

  Mutex mutex_;
  std::size_t requests_ GUARDED_BY(mutex_) = 0;
  SendQueue send_queue_ GUARDED_BY(mutex_);
  SendQueue::Source unnamed_ GUARDED_BY(mutex_){ByteRate(0)};  // all that have no source
  Sources sources_ GUARDED_BY(mutex_);
  std::deque<IpAddress> leavers_ GUARDED_BY(mutex_);  // not connected and not forgotten yet
};

class Crowd::Visit {
 public:
  explicit Visit(Crowd& crowd);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // Where the connection is from, once. False when too many are.
  bool come_from(const IpAddress& address);
  // The address or network that counts as one; all zeros when there is none.
  const IpAddress& source() const { return address_; }

  // Nothing when it may begin.
  std::optional<Refusal> begin_request();
  void end_request();  // if one has begun

  // Whether anything must be booked before it is sent.
  bool is_paced() const;
  // How many bytes to book at a time.
  std::uint64_t piece_bytes() const { return piece_bytes_; }
  // Books bytes of the request's answer, as SendQueue::ask(); who waits gives up with its request.
  MonoTime ask_to_send(std::uint64_t bytes, MonoTime now);

 private:
  Crowd& crowd_;
  IpAddress address_{};
  Sources::value_type* source_ = nullptr;
  const std::uint64_t piece_bytes_;
  SendQueue::Sender sender_;
  bool in_request_ = false;
};

}  // namespace larder::http
