// Who may send next when a listener has only so many bytes a second: its sources in turn, each of
// them for its bytes and not for its connections (start-time fair queueing: Goyal, Vin and Cheng,
// SIGCOMM 1996), and none faster than its own rate.
//
// Nobody is told of his turn: who waits asks again when it may have come.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstdint>
#include <set>

#include "cache/base/clock.h"
#include "daemon/http/byte_rate.h"

namespace larder::http {

class SendQueue {
 public:
  struct Source {
    ByteRate rate;
    std::uint64_t served_bytes = 0;  // up to which it has asked, on the queue's own clock
  };
  // One who sends; `source` outlives it.
  struct Sender {
    Source* source;
    std::uint64_t bytes = 0;  // asked for
    std::uint64_t turn = 0;   // on the queue's clock
  };

  explicit SendQueue(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}

  // `now` or before: `bytes` may go, and are booked. Later: they are waited for; to be asked again
  // then. Requires: the same until they may go.
  MonoTime ask(Sender& sender, std::uint64_t bytes, MonoTime now);
  // Whether one that begins anew would be just as well off.
  bool is_even(const Source& source, MonoTime now) const {
    return source.rate.is_saved_up(now) && source.served_bytes <= clock_;
  }
  // Waits no more, if it did.
  void give_up(Sender& sender) { waiting_.erase(&sender); }

 private:
  struct ByTurn {
    bool operator()(const Sender* left, const Sender* right) const {
      return left->turn != right->turn ? left->turn < right->turn : left < right;
    }
  };

  void join(Sender& sender, std::uint64_t bytes);
  MonoTime turn_of(const Sender& sender, MonoTime now) const;

  ByteRate rate_;
  std::uint64_t clock_ = 0;  // the turn of who has sent last
  std::set<Sender*, ByTurn> waiting_;
};

}  // namespace larder::http
