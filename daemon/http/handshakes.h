// The work of TLS handshakes, away from the reception: a signature takes a thousand times as long
// as what it does for others meanwhile. Sources have their turns, however many connections they
// open.
//
// Thread-safety: one thread at a time. Blocks: stop() and the destructor, for a signature.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "cache/base/worker_pool.h"
#include "daemon/http/guests.h"
#include "daemon/http/ip_address.h"
#include "daemon/http/transport.h"

namespace larder::http {

class Handshakes {
 public:
  // Half of the processors, four at most: those who are in want to be served.
  static std::size_t usual_threads();

  // `on_done` is called on other threads when there is something to take; it must not block.
  Handshakes(const std::string& listener, std::size_t threads_max, std::function<void()> on_done);
  Handshakes(const Handshakes&) = delete;
  Handshakes& operator=(const Handshakes&) = delete;

  // Takes the next step of the guest's handshake. Until it was taken back the guest must live, and
  // nothing but cut() may be asked of its connection. Done at once when there is no thread for it.
  void step(Guest& guest);

  struct Done {
    Guest* guest;
    IoResult result;
  };
  std::vector<Done> take_done();

  // What has not begun never will, and what was done is forgotten; every guest is the caller's
  // again. No step may follow.
  void stop();

 private:
  using Queue = std::map<IpAddress, std::deque<Guest*>>;

  Guest* next();
  void do_next();

  const std::function<void()> on_done_;
  Mutex mutex_;
  Queue waiting_ GUARDED_BY(mutex_);                // by source; none is empty
  std::deque<IpAddress> turns_ GUARDED_BY(mutex_);  // of those in waiting_, once each
  std::vector<Done> done_ GUARDED_BY(mutex_);
  WorkerPool pool_;  // last: it uses everything above
};

}  // namespace larder::http
