#include "daemon/http/send_queue.h"

#include <algorithm>

namespace larder::http {

MonoTime SendQueue::ask(Sender& sender, std::uint64_t bytes, MonoTime now) {
  if (!waiting_.contains(&sender)) join(sender, bytes);
  const auto at = turn_of(sender, now);
  if (at > now) return at;
  waiting_.erase(&sender);
  clock_ = std::max(clock_, sender.turn);
  rate_.book(bytes, now);
  sender.source->rate.book(bytes, now);
  return at;
}

void SendQueue::join(Sender& sender, std::uint64_t bytes) {
  sender.bytes = bytes;
  sender.turn = std::max(clock_, sender.source->served_bytes);
  sender.source->served_bytes = sender.turn + bytes;
  waiting_.insert(&sender);
}

// Those before it go first, but for those whose source must wait anyway.
MonoTime SendQueue::turn_of(const Sender& sender, MonoTime now) const {
  std::uint64_t ahead_bytes = 0;
  std::uint64_t ahead_of_source_bytes = 0;
  for (const auto* other : waiting_) {
    if (other == &sender) break;
    if (other->source->rate.after(0, now) <= now) ahead_bytes += other->bytes;
    if (other->source == sender.source) ahead_of_source_bytes += other->bytes;
  }
  return std::max(rate_.after(ahead_bytes, now),
                  sender.source->rate.after(ahead_of_source_bytes, now));
}

}  // namespace larder::http
